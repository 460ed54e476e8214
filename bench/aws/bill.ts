/**
 * What Doctor uses of AWS, computed from the calls in docs/design.md. Update this file when they
 * change; then run `npm run docs`.
 */
import { sumOf, times, type Usage } from './prices.ts';

/** A function of 1 GB that runs for this many ms, with its lines in the log. */
const invocation = (ms: number): Usage => ({
  'Lambda request': 1,
  'Lambda GB-second (Arm)': ms / 1_000,
  // Three lines of Lambda's, and one of the function's.
  'log GB': 600e-9,
});

/** A read of a key in an index: half a unit. */
const lookup: Usage = { 'DynamoDB read unit': 0.5 };

/** A consistent read of a row up to 4 kB. */
const read: Usage = { 'DynamoDB read unit': 1 };

/** A row of 1 kB that an index holds, read with others: half a unit for 4 kB. */
const copyRead: Usage = { 'DynamoDB read unit': 1 / 8 };

/** A request through the gateway, with the check of its token: two rows of `validity`. */
const apiCall = (ms: number): Usage =>
  sumOf({ 'API Gateway request': 1 }, invocation(ms), times(2, read));

/** Events in a request of Ceilometer, and in a message of a queue. */
const perRequest = 500;
const perMessage = 50;
/** An event arrives by both lanes. */
const lanes = 2;

/**
 * A message of events on its way through a queue: 50 events of 1 kB fit into 64 kB, which is one
 * request. Sent, received and deleted.
 */
const message: Usage = { 'SQS request': 3 };

/**
 * An event from outside that no alarm of its project matches, in a project that has alarms. It
 * needs its part of the request and of the messages; the lookups by the two keys of its resource
 * and instance; and its part of the reads for each message: the two counts of alarms and the two
 * keys of its project. The events of a message are kept once for previews of alarms: some 4.5 kB,
 * compressed, for 50 events of one project.
 */
export const unmatchedEvent: Usage = sumOf(
  times(1 / perRequest, apiCall(200)),
  times(1 / perMessage, { 'DynamoDB write unit': 5 }),
  times(
    lanes,
    sumOf(
      times(1 / perMessage, sumOf(message, invocation(20), times(2, read), times(2, lookup))),
      times(2, lookup),
      // Two lookups run at once, 5 ms each.
      { 'Lambda GB-second (Arm)': 0.005 },
    ),
  ),
);

/**
 * A firing: the alarm (1 kB) and the history row (3 kB, with the message) in a transaction, which
 * counts double; the row in four indexes; the mark of delivery, which removes the row from one
 * index; and its part of a publish of ten.
 */
const firing: Usage = sumOf(read, {
  'DynamoDB write unit': 2 * (1 + 3) + 4 + 3 + 1,
  'SNS publish': 0.1,
  'Lambda GB-second (Arm)': 0.01,
});

/**
 * What a message that fires alarms writes for pages: a row for administrators, one for the project,
 * and the minute's counts.
 */
const noted: Usage = { 'DynamoDB write unit': 3 };

/** What the copy in the safe lane reads of a firing: the alarm again, and the history row. */
const firingOfCopy: Usage = times(2, read);

/** The same event with one alarm that fires. */
export const matchedEvent: Usage = sumOf(unmatchedEvent, firing, noted, firingOfCopy);

/**
 * The report of a host with 50 servers, each with an alarm: the request, host and fault, the
 * instances (1 kB, six indexes of which two change, and one that holds their rows) in one, the streams'
 * copies and audit, the rows of affected instances, two messages for the finisher, and 51 events. For pages:
 * rows of two batches of the streams, and of two messages. For previews of alarms: the event of the
 * host, and those of the servers, compressed to some 4 kB.
 */
export const faultOf50: Usage = sumOf(
  apiCall(400),
  { 'DynamoDB write unit': 2 * (1 + 1) + 6 },
  times(50, sumOf(copyRead, { 'DynamoDB write unit': 2 * 1 + 4 + 1 })),
  times(3, invocation(200)),
  { 'SNS publish': 6, 'DynamoDB write unit': 4, 'SQS request': 12 },
  times(2, sumOf(invocation(200), { 'SQS request': 3 }, times(51, read))),
  times(51, times(lanes, sumOf(times(2, lookup), { 'Lambda GB-second (Arm)': 0.005 }))),
  times(50, sumOf(firing, firingOfCopy)),
  times(2, noted),
  // The index by fault holds each notification.
  { 'DynamoDB write unit': 50 },
  { 'DynamoDB write unit': 2 * 2 },
  { 'DynamoDB write unit': 1 + 4 },
);

const hosts = 1_000;
const everySeconds = 10;
const monthSeconds = 30 * 24 * 3_600;
const heartbeats = (hosts * monthSeconds) / everySeconds;

/** A month of two environments of 1 GB that are always warm: one of `compute`, one of `alarm-evaluator`. */
export const monthWarm: Usage = { 'Lambda provisioned GB-second (Arm)': 2 * monthSeconds };

/** `last_seen_up` of the host's row and of its row in the list; no index has it. */
const seen: Usage = { 'DynamoDB write unit': 2 };

/** A month of heartbeats of 1,000 hosts each 10 s, by the way in which they come. */
export const monthsOfHeartbeats: readonly {
  readonly way: string;
  readonly usage: Usage;
}[] = [
  {
    way: 'each host calls the API: `POST /doctor/v1/hosts/{host}/heartbeat`',
    usage: times(heartbeats, sumOf(apiCall(10), seen)),
  },
  {
    way: 'each host calls the API, once a minute',
    usage: times(heartbeats / 6, sumOf(apiCall(10), seen)),
  },
  {
    way: 'an agent reports 100 hosts in one call: `POST /doctor/v1/heartbeats`',
    usage: sumOf(times(heartbeats / 100, apiCall(60)), times(heartbeats, seen)),
  },
  {
    way: 'each host sends a message to the queue of reports, which a function empties ten at a time',
    usage: sumOf(
      times(heartbeats, sumOf({ 'SQS request': 1 }, seen)),
      times(heartbeats / 10, sumOf({ 'SQS request': 2 }, invocation(15))),
    ),
  },
];

/**
 * A month of 10,000 healthy hosts with a heartbeat each 10 s, which are reported down after 60 s
 * without one.
 */
const watchedHosts = 10_000;
const monthHours = monthSeconds / 3_600;
/**
 * Reads of parts of the list in an hour, for all parts, as `test/flows/watch-hosts.test.ts` counts
 * them.
 */
const looks = 568;
/** A part of the list: 1,250 rows of 0.6 kB, at half a unit for 4 kB. */
const partRead: Usage = { 'DynamoDB read unit': (1_250 * 0.6) / 4 / 2 };

/** The reads of timers: four parts of three slots, half a unit each if no timer is due. */
const slotsRead: Usage = { 'DynamoDB read unit': 12 / 2 };

/**
 * A tick: sent in a batch of ten, received and deleted alone; the rows that it writes; and the
 * clock at every third tick.
 */
const tick: Usage = sumOf(
  { 'SQS request': 2.1 },
  invocation(10),
  read,
  slotsRead,
  times(1 / 3, { 'DynamoDB write unit': 1 }),
);
/** A minute of ticks: 23 ticks, and the run that queues them. */
export const monthOfTicks: Usage = times(monthSeconds / 60, sumOf(times(23, tick), invocation(20)));

/** A timer of an alarm: written with the alarm in a transaction, sent, received, removed; and the firing. */
export const timeoutFired: Usage = sumOf(
  { 'DynamoDB write unit': 2 + 1, 'SQS request': 1.2 },
  invocation(10),
  firing,
);

/** A host is checked 60 seconds after its last known heartbeat, which is 5 seconds old on average. */
const lookAtHosts = (watchedHosts * 3_600) / 55;

/** The ways to find hosts without heartbeats that ADR 0045 compares. */
export const monthsOfWatching: readonly { readonly way: string; readonly usage: Usage }[] = [
  {
    way: 'a time for each part of the list of hosts, with the ticks: as it is built',
    usage: sumOf(
      monthOfTicks,
      times(monthHours * looks, sumOf(partRead, { 'DynamoDB write unit': 1 })),
    ),
  },
  {
    way: 'a delayed message for each host',
    usage: times(
      monthHours * lookAtHosts,
      sumOf({ 'SQS request': 0.3 }, read, times(1 / 10, invocation(20))),
    ),
  },
  {
    way: 'a row for each host in a bucket of its second, with the ticks',
    usage: sumOf(
      monthOfTicks,
      times(
        monthHours * lookAtHosts,
        sumOf(read, { 'DynamoDB write unit': 1 }, { 'Lambda GB-second (Arm)': 0.001 }),
      ),
    ),
  },
  {
    way: 'for comparison: their heartbeats, a hundred in a call',
    usage: times(watchedHosts / hosts, monthsOfHeartbeats[2]?.usage ?? {}),
  },
];
