/**
 * What a notification of masakari-monitors says about a host or a server.
 * docs/wire/instance-ha.md#what-each-notification-means.
 */
import type { Observation } from '../../../domain/conditions/observation.ts';
import type { HaNotification } from './notification-input.ts';

/** An observation, or the reason why the notification is only recorded. */
export type NotificationReport =
  | { readonly kind: 'observation'; readonly observation: Observation }
  | { readonly kind: 'ignored'; readonly reason: string };

type Of<Type> = Extract<HaNotification, { type: Type }>;

/** The events of a server that need a recovery. All others may be the work of its owner. */
const serverFailures: ReadonlySet<string> = new Set([
  'QEMU_GUEST_AGENT_ERROR STOPPED_FAILED',
  'LIFECYCLE STOPPED_FAILED',
  'IO_ERROR IO_ERROR_REPORT',
]);

/** The process without which a host's service is down. */
const computeProcess = 'nova-compute';

/** The longest name of a process within a key: names of hosts have at most 255 characters. */
const longestKey = 255;

/** What the notification says. It depends on nothing but the notification. */
export function reportOf(notification: HaNotification): NotificationReport {
  switch (notification.type) {
    case 'COMPUTE_HOST':
      return hostReport(notification);
    case 'PROCESS':
      return processReport(notification);
    case 'VM':
      return serverReport(notification);
  }
}

/**
 * `NORMAL` says that the power of the host was seen to be off, or that the operator lets the monitor
 * rely on the cluster. Other hosts that stopped may still run: Masakari does nothing for them.
 */
function hostReport({ hostname, generated_time, payload }: Of<'COMPUTE_HOST'>): NotificationReport {
  const stopped = payload.event === 'STOPPED';
  if (stopped && payload.host_status !== 'NORMAL') {
    return {
      kind: 'ignored',
      reason: 'The monitor has not confirmed that the host is off: host_status is not NORMAL.',
    };
  }
  return observed({
    key: `COMPUTE_HOST/${hostname}`,
    status: stopped ? 'raised' : 'cleared',
    target: { kind: 'host', host: hostname },
    effect: 'host_down',
    severity: 'critical',
    cause: stopped ? 'The cluster lost the host.' : 'The host is back in the cluster.',
    observed_at: generated_time,
    fenced: stopped ? true : null,
  });
}

/** A process that its monitor could not start again. nova-compute takes its host's service down. */
function processReport({ hostname, generated_time, payload }: Of<'PROCESS'>): NotificationReport {
  const { process_name, event } = payload;
  const stopped = event === 'STOPPED';
  return observed({
    key: `PROCESS/${hostname}/${process_name}`.slice(0, longestKey),
    status: stopped ? 'raised' : 'cleared',
    target: { kind: 'host', host: hostname },
    effect: process_name === computeProcess ? 'host_unreachable' : 'none',
    severity: 'major',
    cause: `The process ${process_name} ${stopped ? 'stopped and could not be started again' : 'runs again'}.`,
    observed_at: generated_time,
    fenced: false,
  });
}

function serverReport({ generated_time, payload }: Of<'VM'>): NotificationReport {
  const { event, instance_uuid, vir_domain_event } = payload;
  if (!serverFailures.has(`${event} ${vir_domain_event}`)) {
    return {
      kind: 'ignored',
      reason: `${event} with ${vir_domain_event} is not a failure: the owner may have caused it.`,
    };
  }
  return observed({
    key: `VM/${instance_uuid}`,
    status: 'raised',
    target: { kind: 'server', server_id: instance_uuid },
    effect: 'server_error',
    severity: 'major',
    cause: `The hypervisor reported ${event}, ${vir_domain_event}.`,
    observed_at: generated_time,
    // The monitor reports no recovery of a server.
    isEvent: true,
    fenced: null,
  });
}

const observed = (observation: Observation): NotificationReport => ({
  kind: 'observation',
  observation,
});
