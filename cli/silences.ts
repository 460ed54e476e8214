/** The commands for silences. */
import * as z from 'zod';
import type { Command, Given } from './command.ts';
import { Item } from './output.ts';
import { all, one, queryString, segment, valuesOf } from './requests.ts';
import { type CliSession, Misuse } from './session.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const service = 'fault-management' as const;

/** The units of a duration, in seconds. */
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * The time that is a duration after another time.
 * @param given The duration, such as `90m`, `2h` or `1d`.
 * @throws Misuse if it is not a duration.
 */
export function momentAfter(given: string, option: string, from: number): string {
  const [, amount = '', unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(given) ?? [];
  const seconds = Number(amount) * (units[unit] ?? 0);
  // The largest date in JavaScript is in the year 275760.
  const end = new Date(from + seconds * 1000);
  if (seconds > 0 && !Number.isNaN(end.getTime())) return end.toISOString();
  throw new Misuse(`--${option} is a number with s, m, h or d, such as 90m or 2h.`);
}

/** The time of an option; undefined if it is not given. @throws Misuse */
function timeOf(given: Given, option: string): string | undefined {
  const value = given[option];
  if (typeof value !== 'string') return undefined;
  if (!Number.isNaN(Date.parse(value))) return value;
  throw new Misuse(`--${option} is a time in ISO 8601, such as 2026-12-01T20:00:00Z.`);
}

/** The body of a request for a silence. */
function silenceOf(given: Given) {
  const { reason, duration } = given;
  const [starts_at, end] = [timeOf(given, 'start'), timeOf(given, 'end')];
  if (typeof reason !== 'string' || reason === '') throw new Misuse('--reason is needed.');
  if ((end === undefined) === (typeof duration !== 'string')) {
    throw new Misuse('Either --duration or --end is needed.');
  }
  const from = starts_at === undefined ? Date.now() : Math.max(Date.parse(starts_at), Date.now());
  const named = Object.entries({
    project_id: valuesOf(given.project),
    resource_id: valuesOf(given.resource),
    alarm_id: valuesOf(given.alarm),
    host: valuesOf(given.host),
  }).filter(([, values]) => values !== undefined);
  return {
    ...(given.id !== undefined && { id: given.id }),
    matchers: Object.fromEntries(named),
    ...(starts_at !== undefined && { starts_at }),
    ends_at: end ?? momentAfter(String(duration), 'duration', from),
    reason,
  };
}

const Created = z.object({ silence: z.looseObject({ id: z.string() }) });

/** Silences a host for planned work. Returns the id of the silence. */
export async function silenceHost(
  session: CliSession,
  host: string,
  duration: string,
): Promise<string> {
  const body = {
    matchers: { host: [host] },
    ends_at: momentAfter(duration, 'silence', Date.now()),
    reason: `planned work on ${host}`,
  };
  const answer = await session.ask({ service, method: 'POST', path: '/silences', body });
  return Created.parse(answer).silence.id;
}

/** Ends a silence at once. */
export const endSilence = (session: CliSession, id: string): Promise<unknown> =>
  session.ask({ service, method: 'DELETE', path: `/silences/${segment(id)}` });

const Silences = z
  .object({ silences: z.array(Item), next: z.string().optional() })
  .transform(({ silences, next }) => ({ items: silences, next }));

const columns = {
  ID: 'id',
  Status: 'status',
  'Starts at': 'starts_at',
  'Ends at': 'ends_at',
  Matchers: 'matchers',
  Reason: 'reason',
};

export const silenceCommands: readonly Command[] = [
  {
    name: 'silence create',
    usage:
      '[--resource ID,...] [--alarm ID,...] [--host HOST,...] [--project ID,...] [--start TIME] [--duration 2h | --end TIME] [--id UUID] --reason TEXT',
    does: "Silence alarms for a time: all of the project's, or those that match. --host and --project are for administrators. With the id of a silence, change its end.",
    options: {
      resource: text,
      alarm: text,
      host: text,
      project: text,
      id: text,
      start: text,
      end: text,
      duration: text,
      reason: text,
    },
    run: (session, given) =>
      one(session, 'silence', {
        service,
        method: 'POST',
        path: '/silences',
        body: silenceOf(given),
      }),
  },
  {
    name: 'silence list',
    usage: '[--all-projects]',
    does: 'List silences, the newest first; those that have ended are shown as expired for 30 days.',
    options: { 'all-projects': flag },
    run: async (session, { 'all-projects': everywhere }) => {
      const path = `/silences${queryString({ ...(everywhere && { all_projects: 'true' }) })}`;
      const items = await all(session, { service, path }, (body) => Silences.parse(body));
      return { items, columns: { ...columns, ...(everywhere && { Project: 'project_id' }) } };
    },
  },
  {
    name: 'silence show',
    usage: 'ID',
    does: 'Show a silence.',
    argument: 'ID',
    options: {},
    run: (session, _, id) => one(session, 'silence', { service, path: `/silences/${segment(id)}` }),
  },
  {
    name: 'silence delete',
    usage: 'ID',
    does: 'End a silence at once: alarms that are still raised are notified within a minute.',
    argument: 'ID',
    options: {},
    run: async (session, _, id) => {
      await endSilence(session, id);
      return { item: { id, status: 'expired' } };
    },
  },
];
