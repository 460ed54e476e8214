/** The tables of the documents, compared with the code. */
import { expect, test } from 'vitest';
import { alarmStates, conditionTypes, operators, severities } from '../../domain/alarms/alarm.ts';
import { protocols } from '../../domain/delivery/subscription.ts';
import { definitionOf } from '../../domain/events/catalogue.ts';
import { failureWords, stateTraits } from '../../domain/events/event-lane.ts';
import { Notification } from '../../domain/events/messages.ts';
import { afterFault } from '../../domain/hosts/host-fault.ts';
import { may, roles } from '../../domain/identity/access.ts';
import { powerStates, vmStates } from '../../domain/servers/instance.ts';
import { vmStatesOf } from '../../domain/servers/server-status.ts';
import atSqs from '../../events/topics/notification-at-sqs.json' with { type: 'json' };
import { defaults } from '../../infra/settings.ts';
import { apiUrl, login, readStack } from '../stack/stack.ts';
import { allBlocks, documents, proseOf } from './blocks.ts';
import { codesIn, rowsBelow, rowsOf } from './tables.ts';

const firstCodes = (document: string, heading: string): string[] =>
  rowsBelow(document, heading).flatMap(([cell = '']) => codesIn(cell));

test('the reference lists every setting with its default', () => {
  const shown = rowsBelow('docs/reference/settings.md', 'Settings').map(
    ([name = '', value = '']) => [codesIn(name)[0], value === 'empty' ? '' : codesIn(value)[0]],
  );
  expect(shown).toEqual(Object.entries(defaults).map(([name, value]) => [name, String(value)]));
});

test('settings that commands give are settings', () => {
  const given = allBlocks.flatMap(({ text }) => [...text.matchAll(/-c (\w+)=/g)]);
  expect(given.length).toBeGreaterThan(0);
  for (const [, name] of given) expect(Object.keys(defaults)).toContain(name);
});

test("the tenants' guide lists all traits that tenants may match, and no other", () => {
  const everyTrait = Object.keys(definitionOf('of.no.known.type').tenant);
  const rows = rowsBelow('docs/tenants.md', 'Traits');
  expect(rows.length).toBeGreaterThan(4);
  for (const [type = '', traits = ''] of rows) {
    const [name = 'of.no.known.type'] = codesIn(type);
    const shown = [...(traits.startsWith('these') ? everyTrait : []), ...codesIn(traits)];
    expect(new Set(shown), name).toEqual(new Set(Object.keys(definitionOf(name).tenant)));
  }
});

test("the tenants' guide gives the types of traits", () => {
  const integers = new Set(['memory_mb', 'disk_gb', 'root_gb', 'ephemeral_gb', 'vcpus']);
  const moment = /_at$|^audit_period_/;
  for (const type of firstCodes('docs/tenants.md', 'Traits')) {
    for (const [name, is] of Object.entries(definitionOf(type).tenant)) {
      const documented = integers.has(name) ? 'integer' : moment.test(name) ? 'datetime' : 'text';
      expect(is, name).toBe(documented);
    }
  }
});

test("the administrators' guide lists the conditions under which an event from outside is urgent", () => {
  const [type = [], trait = []] = rowsBelow('docs/administrators.md', 'Events from Ceilometer');
  expect(codesIn(type[1] ?? '')).toEqual(failureWords);
  expect(codesIn(trait[0] ?? '')).toEqual(stateTraits);
});

test("the tenants' guide lists every attribute that a filter policy can name", () => {
  const named = firstCodes('docs/tenants.md', 'Subscribe');
  for (const name of Object.keys(atSqs.MessageAttributes)) expect(named).toContain(name);
});

test("the tenants' guide lists every protocol of a subscription", () => {
  const named = firstCodes('docs/tenants.md', 'Subscribe');
  expect(named).toEqual(expect.arrayContaining([...protocols]));
});

test("the tenants' guide lists every field of a notification", () => {
  const shown = firstCodes('docs/tenants.md', 'The notification');
  expect(new Set(shown)).toEqual(new Set(Object.keys(Notification.shape)));
});

/** The codes in the second cell of the row that begins with a code. */
const meaningOf = (heading: string, field: string): string[] => {
  const row = rowsBelow('docs/tenants.md', heading).find(([cell]) => cell === `\`${field}\``);
  return codesIn(row?.[1] ?? '');
};

test("the tenants' guide lists every operator and type of a condition, and every severity and state", () => {
  expect(meaningOf('Conditions', 'op')).toEqual(operators);
  const types = meaningOf('Conditions', 'type').filter((code) => code !== 'value');
  expect(new Set(types)).toEqual(new Set(conditionTypes.filter((type) => type !== '')));
  expect(meaningOf('Write an alarm', 'severity')).toEqual(severities);
  expect(new Set(meaningOf('Write an alarm', 'state'))).toEqual(new Set(alarmStates));
});

test("the tenants' guide lists every state, and only valid statuses", () => {
  const rows = rowsBelow('docs/tenants.md', 'What the states mean');
  const documented = rows.flatMap(([, states = '']) => codesIn(states));
  expect(new Set(documented)).toEqual(new Set(vmStates));
  for (const status of rows.flatMap(([cell = '']) => codesIn(cell))) {
    expect(vmStatesOf([status]), status).not.toEqual([]);
  }
});

test("the administrators' guide lists every role", () => {
  expect(new Set(firstCodes('docs/administrators.md', 'Users and roles'))).toEqual(new Set(roles));
});

const outcomes = rowsBelow('docs/administrators.md', 'What happens to the servers').flatMap(
  ([before = '', after = '', power = '']) =>
    codesIn(before).map((vm_state) => ({ vm_state, after: codesIn(after)[0], power })),
);

test.each(vmStates)(
  "the administrators' guide says how a fault changes a server in %s",
  (vm_state) => {
    const documented = outcomes.filter((row) => row.vm_state === vm_state);
    expect(documented).toHaveLength(1);
    const before = { vm_state, power_state: 1, task_state: null };
    const fault = {
      fault_id: 'a0373a3b-0730-58af-8f7b-f9517a64fcf0',
      at: '2026-01-01T00:00:00.000Z',
    };
    const after = { ...before, ...afterFault({ ...before, pre_fault: null, fault: null }, fault) };
    expect(after.vm_state).toBe(documented[0]?.after ?? vm_state);
    const shutdown = documented[0]?.power === '`shutdown`';
    expect(after.power_state).toBe(shutdown ? powerStates.shutdown : before.power_state);
  },
);

test('outputs that the documents name are outputs of the stack', () => {
  const named = documents.flatMap((document) => [
    ...codesIn(proseOf(document)).filter((code) => /^[A-Z][A-Za-z]+(Url|Arn|Table)$/.test(code)),
    ...allBlocks.flatMap(({ text }) =>
      [...text.matchAll(/OutputKey=='(\w+)'/g)].map(([, name = '']) => name),
    ),
  ]);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(Object.keys(readStack().outputs)).toContain(name);
});

test('every route of the reference is deployed with its methods', async () => {
  const admin = await login('admin');
  const cells = rowsOf(proseOf('docs/reference/routes.md')).map(([cell = '']) => codesIn(cell));
  const routes = cells.flatMap(([code = '']) => {
    const methods: readonly string[] =
      code.match(/\b(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS)\b/g) ?? [];
    const paths = code.match(/\/(identity|compute|image|network|alarming|doctor)\/\S*/g) ?? [];
    return paths.map((path) => ({ path, methods }));
  });
  expect(routes.length).toBeGreaterThan(100);
  for (const [path, group] of Map.groupBy(routes, (each) => each.path)) {
    const methods = group.flatMap((each) => each.methods);
    const url = path.replace(/\{[^}]+\}/g, 'a0373a3b-0730-58af-8f7b-f9517a64fcf0');
    const allowed = await Promise.all(
      ['2.42', '2.52', '2.94'].map(async (version) => {
        const headers = { 'X-OpenStack-Nova-API-Version': version };
        const { headers: answered } = await admin.call('PATCH', url, { headers });
        return answered.get('allow') ?? '';
      }),
    );
    for (const method of methods) {
      expect(allowed.join(), `${method} ${apiUrl()}${path}`).toContain(method);
    }
  }
});

test("the administrators' guide says which roles have each right", () => {
  const documented = rowsBelow('docs/administrators.md', 'Users and roles').flatMap(
    ([who = '', rights = '']) =>
      codesIn(rights)
        .filter((right) => right in may)
        .map((right) => [right, codesIn(who)] as const),
  );
  expect(Object.fromEntries(documented)).toEqual(may);
});
