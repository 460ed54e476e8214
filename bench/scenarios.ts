import type { Stack } from '../scripts/stack/bring-up.ts';
import { alertmanager } from './alertmanager.ts';
import { authorizerBench } from './authorizer/scenario.ts';
import { modelled } from './aws/modelled.ts';
import { makeBed } from './bed.ts';
import { coldStart } from './cold-start/scenario.ts';
import { consoleViews } from './console/scenario.ts';
import { deafhooks } from './deafhooks.ts';
import { evacuation } from './evacuation.ts';
import type { Figure } from './figures.ts';
import { floor } from './floor/scenario.ts';
import { logins } from './logins.ts';
import { million } from './million.ts';
import { neighbour } from './neighbour.ts';
import { oneInstance, onePort } from './one-instance.ts';
import { requestsOf } from './requests/scenario.ts';
import { trace } from './requests/trace.ts';
import { resets } from './resets.ts';
import { storm } from './storm.ts';
import { timeouts } from './timeouts.ts';
import { webhook } from './webhook.ts';
import { wholeHost } from './whole-host.ts';

/** A scenario of the benchmark. */
export type Scenario = {
  readonly about: string;
  /** The runs without `--runs`. */
  readonly runs: number;
} & (
  | {
      readonly on: 'the stack';
      /** @param isOwn the stack ends with the bench, so what was stored in it may stay. */
      readonly play: (stack: Stack, runs: number, isOwn: boolean) => Promise<Figure[]>;
    }
  | { readonly on: 'this machine'; readonly play: (runs: number) => Promise<Figure[]> }
);

type OnStack = Extract<Scenario, { readonly on: 'the stack' }>;

const onStack = (about: string, runs: number, play: OnStack['play']): Scenario => ({
  on: 'the stack',
  about,
  runs,
  play,
});

/** A scenario with a bed that is made for it and deleted afterwards. */
const onBed =
  (play: (bed: Awaited<ReturnType<typeof makeBed>>, runs: number) => Promise<Figure[]>) =>
  async (stack: Stack, runs: number): Promise<Figure[]> => {
    const bed = await makeBed(stack);
    try {
      return await play(bed, runs);
    } finally {
      await bed.close();
    }
  };

const host = (instances: number, lastMs: number) =>
  onBed((bed, runs) => wholeHost(bed, { instances, runs, lastMs }));

/** How fast Doctor is when nothing else happens. */
const alone: Readonly<Record<string, Scenario>> = {
  floor: onStack('the smallest pipeline with the same steps, one request at a time', 200, floor),
  one: onStack(
    'a host with one instance and one alarm, one report at a time',
    200,
    onBed(oneInstance),
  ),
  fifty: onStack('a host with 50 instances, each with its own alarm', 5, host(50, 200)),
  twohundred: onStack('a host with 200 instances, each with its own alarm', 3, host(200, 700)),
  thousand: onStack('a host with 1,000 instances, each with its own alarm', 3, host(1_000, 2_500)),
  port: onStack(
    'a port with one alarm, its data plane reported down, one at a time',
    200,
    onBed(onePort),
  ),
  ports: onStack(
    'a host with 1,000 ports, each with its own alarm, reported by their host',
    3,
    onBed((bed, runs) =>
      wholeHost(bed, {
        instances: 1_000,
        runs,
        lastMs: 5_000,
        fleetOf: bed.portsOf,
        of: 'ports',
      }),
    ),
  ),
  resets: onStack(
    '200 os-resetState, four in flight, while the host of their instances is reported down',
    3,
    onBed((bed, runs) => resets(bed, { instances: 200, runs })),
  ),
  evacuation: onStack(
    '`doctor host-evacuate` of a host that is down, with as many servers as runs',
    1_000,
    onBed(evacuation),
  ),
  requests: onStack(
    'the requests that reports of hosts with 1, 50 and 1,000 instances make, by kind (no times)',
    1,
    requestsOf([1, 50, 1_000]),
  ),
  trace: onStack(
    'when the requests of one, fifty and webhook are made (through a proxy, so slower)',
    60,
    trace,
  ),
  alertmanager: onStack(
    "a host reported by Alertmanager's webhook, and by os-services in the same run",
    200,
    onBed(alertmanager),
  ),
  console: onStack(
    'each view of the console in Chromium, with 1,000 hosts and 10,000 servers with ports',
    5,
    consoleViews,
  ),
  webhook: onStack('from an event to its webhook, one at a time', 200, webhook),
  timeouts: onStack(
    'alarms on events that do not come, as many as runs, whose timeouts end in one second',
    1_000,
    timeouts,
  ),
};

/** How fast it is beside other load. */
const beside: Readonly<Record<string, Scenario>> = {
  storm: onStack(
    '10,000 events from outside, and meanwhile a fault in their project and one in another',
    10,
    storm,
  ),
  neighbour: onStack(
    'a fault, beside a tenant with 600 alarms on everything that writes 20 times a second',
    10,
    neighbour,
  ),
  deafhooks: onStack("a webhook, beside another tenant's 500 receivers that hang", 10, deafhooks),
};

/** What needs no stack. */
const offStack: Readonly<Record<string, Scenario>> = {
  coldstart: {
    on: 'this machine',
    about: 'the start of each function, by that of one that does nothing',
    runs: 15,
    play: coldStart,
  },
  aws: {
    on: 'this machine',
    about: 'the model of AWS: report to subscriber, and the bill (no measurement)',
    runs: 100_000,
    play: modelled,
  },
};

/** The sizes of scenarios. */
export type Sizes = {
  /** The stored alarms of `million`, and the hosts of `logins`. */
  readonly alarms: number;
  readonly hosts: number;
};

/** All scenarios by name, in the order in which they run. */
export const scenariosWith = ({ alarms, hosts }: Sizes): Readonly<Record<string, Scenario>> => ({
  ...alone,
  ...beside,
  authorizer: onStack(
    'a request that the function checks itself, and one behind a gateway authorizer',
    200,
    authorizerBench,
  ),
  million: onStack(
    'an event that fires one of --alarms stored alarms, beside one of 1,000',
    50,
    million(alarms),
  ),
  // The last scenario, because logins from this machine are refused for some time after it.
  logins: onStack(
    'a fault, beside 12 clients with wrong passwords and 12 that list zones of --hosts hosts',
    10,
    logins(hosts),
  ),
  ...offStack,
});
