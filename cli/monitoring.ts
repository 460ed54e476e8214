/** The commands for what monitors report: conditions, sources, and items that matched nothing. */
import * as z from 'zod';
import type { Command, Given } from './command.ts';
import { Item } from './output.ts';
import { all, one, queryString, segment } from './requests.ts';
import { type CliSession, Misuse } from './session.ts';

const text = { type: 'string' } as const;
const service = 'fault-management' as const;

/** The reader of a page of Doctor's own lists. */
const pageOf = (key: string) => (body: unknown) => {
  const page = z.looseObject({ next: z.string().optional() }).parse(body);
  return { items: z.array(Item).parse(page[key]), next: page.next };
};

/** The path of a source. A slash in the name stays a slash in the path. */
const pathOf = (name: string): string => `/sources/${name.split('/').map(segment).join('/')}`;

const conditionColumns = {
  ID: 'id',
  Source: 'source',
  Target: 'target',
  Effect: 'effect',
  State: 'state',
  Held: 'held',
  'Raised at': 'raised_at',
  Cause: 'cause',
};

/** The value of an option as JSON, such as a number or an object. @throws Misuse */
function jsonOf(given: Given, name: string): unknown {
  try {
    return JSON.parse(String(given[name]));
  } catch {
    throw new Misuse(`--${name} is not JSON.`);
  }
}

/** The settings of a source, with the given ones in place of the present ones. */
async function settingsWith(session: CliSession, name: string, given: Given) {
  const { source } = z
    .object({ source: Item })
    .parse(await session.ask({ service, path: pathOf(name) }));
  const { clear, fenced, stale_after, mapping, reporters } = source;
  return {
    clear,
    fenced,
    stale_after,
    mapping,
    reporters,
    ...(given.clear !== undefined && { clear: given.clear }),
    ...(given.fenced !== undefined && { fenced: jsonOf(given, 'fenced') }),
    ...(given['stale-after'] !== undefined && {
      stale_after: given['stale-after'] === 'never' ? null : jsonOf(given, 'stale-after'),
    }),
    ...(given.mapping !== undefined && { mapping: jsonOf(given, 'mapping') }),
    ...(given.reporters !== undefined && {
      reporters: String(given.reporters)
        .split(',')
        .filter((id) => id !== ''),
    }),
  };
}

const conditionCommands: readonly Command[] = [
  {
    name: 'condition list',
    usage:
      '[--source NAME] [--host HOST] [--port ID] [--server ID] [--state STATE] [--effect EFFECT]',
    does: 'List the conditions that monitors report of hosts, ports and servers; STATE is raised, cleared or stale.',
    options: { source: text, host: text, port: text, server: text, state: text, effect: text },
    run: async (session, { port, server, ...filters }) => {
      const query = queryString({ ...filters, port_id: port, server_id: server });
      const request = { service, path: `/conditions${query}` };
      const items = await all(session, request, pageOf('conditions'));
      return { items, columns: conditionColumns };
    },
  },
  {
    name: 'condition clear',
    usage: '--reason TEXT ID',
    does: 'End a condition by hand, whatever the rule of its source; the reason is recorded.',
    argument: 'ID',
    options: { reason: text },
    run: async (session, { reason }, id) => {
      if (reason === undefined) throw new Misuse('--reason is needed.');
      const path = `/conditions/${segment(id)}${queryString({ reason })}`;
      return one(session, 'condition', { service, method: 'DELETE', path });
    },
  },
];

const sourceCommands: readonly Command[] = [
  {
    name: 'source list',
    usage: '',
    does: 'List the sources that have settings.',
    options: {},
    run: async (session) => {
      const items = await all(session, { service, path: '/sources' }, pageOf('sources'));
      const columns = {
        Name: 'name',
        Clear: 'clear',
        Fenced: 'fenced',
        'Stale after': 'stale_after',
        Mapping: 'mapping',
        Reporters: 'reporters',
      };
      return { items, columns };
    },
  },
  {
    name: 'source show',
    usage: 'NAME',
    does: 'Show the settings of a source, such as zabbix or alertmanager/prod.',
    argument: 'NAME',
    options: {},
    run: (session, _, name) => one(session, 'source', { service, path: pathOf(name) }),
  },
  {
    name: 'source set',
    usage:
      '[--clear auto|hold|unset] [--fenced true|false] [--stale-after SECONDS|never] [--mapping JSON] [--reporters USER_ID,USER_ID] NAME',
    does: 'Change settings of a source; the others stay as they are.',
    argument: 'NAME',
    options: { clear: text, fenced: text, 'stale-after': text, mapping: text, reporters: text },
    run: async (session, given, name) => {
      const body = await settingsWith(session, name, given);
      return one(session, 'source', { service, method: 'PUT', path: pathOf(name), body });
    },
  },
  {
    name: 'source delete',
    usage: 'NAME',
    does: 'Return a source to the default settings.',
    argument: 'NAME',
    options: {},
    run: async (session, _, name) => {
      await session.ask({ service, method: 'DELETE', path: pathOf(name) });
      return { item: { name, status: 'deleted' } };
    },
  },
];

export const monitoringCommands: readonly Command[] = [
  ...conditionCommands,
  ...sourceCommands,
  {
    name: 'unmatched list',
    usage: '[--source NAME]',
    does: 'List the items that monitors reported in the last day and that matched nothing, with the reasons.',
    options: { source: text },
    run: async (session, given) => {
      const request = { service, path: `/unmatched${queryString(given)}` };
      const items = await all(session, request, pageOf('unmatched'));
      const columns = { At: 'at', Source: 'source', Reason: 'reason', Item: 'item' };
      return { items, columns };
    },
  },
];
