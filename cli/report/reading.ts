/**
 * Reads what a monitor passes to `doctor report --from`. Each monitor passes it in a different way.
 * Source: docs/wire/monitors.md#monitors-that-run-a-command.
 */
import { hostname } from 'node:os';
import { type CliVariables, Misuse } from '../session.ts';
import type { MacroName, ReportOptions } from './options.ts';

/** What to send: a report in Doctor's own form, the monitor's own body, or nothing. */
export type Reading =
  | {
      readonly kind: 'report';
      readonly host: string;
      readonly status: 'down' | 'up';
      readonly fenced: boolean;
      /** Empty if the monitor has none. */
      readonly cause: string;
      /** The monitor's id of the fault; empty: the host identifies the fault. */
      readonly eventId: string;
    }
  | { readonly kind: 'body'; readonly monitor: 'consul' | 'alertmanager' }
  | { readonly kind: 'nothing'; readonly why: string };

const nothing = (why: string): Reading => ({ kind: 'nothing', why });
const report = (
  host: string,
  status: 'down' | 'up',
  cause: string,
  more: { fenced?: boolean; eventId?: string } = {},
): Reading => ({ kind: 'report', host, status, cause, fenced: false, eventId: '', ...more });

/** Reads what the monitor passed. @throws Misuse if it is not in the monitor's form. */
export function readMonitor(options: ReportOptions, env: CliVariables): Reading {
  const { from, status, positionals } = options;
  if (from === undefined) {
    if (!status) throw new Misuse('One of --down, --up and --from is needed.');
    return report(oneHost(positionals), status, '');
  }
  if (status) throw new Misuse(`--from ${from} excludes --down and --up.`);
  const [, , , , odd] = positionals;
  if (odd !== undefined) throw new Misuse(`Unexpected argument: ${odd}`);
  switch (from) {
    case 'nagios':
    case 'icinga':
      return fromState(options, env, from);
    case 'pacemaker':
      return fromPacemaker(env);
    case 'keepalived':
      return fromKeepalived(options);
    default:
      return { kind: 'body', monitor: from };
  }
}

function oneHost([host = '', odd]: readonly string[]): string {
  if (odd !== undefined) throw new Misuse(`Unexpected argument: ${odd}`);
  if (host === '') throw new Misuse('HOST is missing.');
  return host;
}

/**
 * Nagios and Icinga: a call with a notification type is a notification. Any other call is from an
 * event handler, of which only hard states count.
 */
function fromState(
  { macros }: ReportOptions,
  env: CliVariables,
  from: 'nagios' | 'icinga',
): Reading {
  const macro = (name: MacroName): string =>
    macros[name] || env[`${from.toUpperCase()}_${name}`] || '';
  const [host, state, type] = [macro('HOSTNAME'), macro('HOSTSTATE'), macro('NOTIFICATIONTYPE')];
  if (host === '') throw new Misuse('HOSTNAME is missing.');
  if (!['PROBLEM', 'RECOVERY', ''].includes(type)) return nothing(`NOTIFICATIONTYPE is ${type}.`);
  const hard = macro('HOSTSTATETYPE');
  if (type === '' && hard !== 'HARD') return nothing(`HOSTSTATETYPE is ${hard || 'empty'}.`);
  const isUp = type === 'RECOVERY' || (type === '' && state === 'UP');
  // UNREACHABLE means that a router on the way is down. It says nothing about this host.
  if (!isUp && state !== 'DOWN') return nothing(`HOSTSTATE is ${state || 'empty'}.`);
  const eventId = from === 'nagios' ? problemIn(macro) : '';
  return report(host, isUp ? 'up' : 'down', macro('HOSTOUTPUT'), { eventId });
}

/** The problem's id. In a recovery this macro is 0, and the other macro has the id. */
const problemIn = (macro: (name: MacroName) => string): string =>
  [macro('HOSTPROBLEMID'), macro('LASTHOSTPROBLEMID')].find((id) => id !== '' && id !== '0') ?? '';

function fromPacemaker(env: CliVariables): Reading {
  const { CRM_alert_kind: kind, CRM_alert_desc: desc = '', CRM_alert_node: host = '' } = env;
  const known = (reading: Reading): Reading => {
    if (host === '') throw new Misuse('CRM_alert_node is missing.');
    return reading;
  };
  if (kind === 'node') {
    const cause = `Pacemaker: node ${desc}`;
    if (desc === 'lost') return known(report(host, 'down', cause));
    if (desc === 'member') return known(report(host, 'up', cause));
    return nothing(`the node is ${desc || 'in no state'}.`);
  }
  if (kind !== 'fencing') return nothing(`the kind of the alert is ${kind || 'empty'}.`);
  const { CRM_alert_rc: rc } = env;
  const task = fencingTask(env.CRM_alert_task, desc);
  if (rc !== '0') return nothing(`fencing ended with ${rc || 'no code'}.`);
  if (task !== 'off' && task !== 'reboot') {
    return nothing(`the fencing task is ${task || 'empty'}.`);
  }
  return known(report(host, 'down', desc, { fenced: true }));
}

/**
 * The operation of a fencing. Pacemaker 2.1.5 gives the name of its message as the task, and the
 * operation in the description: `Operation reboot of NODE by NODE …`.
 * docs/wire/monitors.md#monitors-that-run-a-command.
 */
const fencingTask = (task: string | undefined, desc: string): string | undefined =>
  task === 'st_notify_fence' ? /^Operation (\S+)/.exec(desc)?.[1] : task;

/** The arguments that keepalived appends are about this host. */
function fromKeepalived({ host: given, positionals }: ReportOptions): Reading {
  const host = given || hostname();
  const [kind = '', name = '', state = ''] = positionals;
  if (kind !== 'INSTANCE' && kind !== 'GROUP') {
    throw new Misuse('keepalived gives INSTANCE or GROUP, a name, a state and a priority.');
  }
  if (name === '') throw new Misuse('The name of the instance is missing.');
  if (!['FAULT', 'MASTER', 'BACKUP', 'STOP'].includes(state)) {
    return nothing(`the state is ${state || 'empty'}.`);
  }
  const status = state === 'FAULT' ? 'down' : 'up';
  const eventId = `${host}/${kind}/${name}`;
  return report(host, status, `keepalived: ${name} is ${state}`, { eventId });
}
