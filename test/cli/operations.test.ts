/** The commands for operators, on a cloud that answers by method and path. */
import { expect, test } from 'vitest';
import { operationsCommands } from '../../cli/operations.ts';
import { type CliSession, Failure, Misuse, type Request } from '../../cli/session.ts';
import { watch } from '../../cli/watch.ts';

/** A cloud that gives the answers to a request in their order; the last one is repeated. */
function cloudOf(answers: Readonly<Record<string, readonly unknown[]>>) {
  const left = new Map(Object.entries(answers).map(([key, all]) => [key, [...all]]));
  const asked: Request[] = [];
  const session: CliSession = {
    ask: async (request) => {
      asked.push(request);
      const path = request.path.replace(/&wait=\d$/, '');
      const queue = left.get(`${request.method ?? 'GET'} ${path}`);
      if (!queue) throw new Failure('It is not there.', { status: 404 });
      return queue.length > 1 ? queue.shift() : queue[0];
    },
  };
  return { asked, session };
}

const screen = { err: () => {}, terminal: false };
const run = (
  session: CliSession,
  name: string,
  given: Readonly<Record<string, string | boolean>> = {},
  argument = '',
) => {
  const command = operationsCommands.find((each) => each.name === name);
  if (!command) throw new Error(`no command ${name}`);
  return command.run(session, given, argument, screen);
};

test('status shows the counts one below the other', async () => {
  const { session } = cloudOf({
    'GET /status': [
      {
        hosts: { total: 2, up: 1, down: 1 },
        servers: { total: 5, by_state: {}, complete: true },
        ports: { total: 3 },
        faults: { open: 1, oldest_at: '2026-01-01T00:00:00.000Z', complete: true },
        queues: [{ name: 'events', waiting: 4 }],
        dead_letters: [{ queue: 'bulk', count: 6 }],
      },
    ],
  });
  expect(await run(session, 'status')).toEqual({
    item: {
      ...{ 'hosts total': 2, 'hosts up': 1, 'hosts down': 1, servers: 5, ports: 3 },
      ...{ 'open faults': 1, 'oldest open fault': '2026-01-01T00:00:00.000Z' },
      ...{ 'waiting events': 4, 'dead letters bulk': 6 },
    },
  });
});

test('dlq list shows the queues, or the letters of one from all its pages', async () => {
  const { session } = cloudOf({
    'GET /dead-letters': [{ queues: [{ name: 'bulk', count: 1 }] }],
    'GET /dead-letters/bulk': [{ messages: [{ id: '1' }], next: 'https://next' }],
    'GET https://next': [{ messages: [{ id: '2' }] }],
  });
  expect(await run(session, 'dlq list')).toMatchObject({ items: [{ name: 'bulk', count: 1 }] });
  expect(await run(session, 'dlq list', { queue: 'bulk' })).toMatchObject({
    items: [{ id: '1' }, { id: '2' }],
  });
});

test('dlq show shows a letter', async () => {
  const { session } = cloudOf({ 'GET /dead-letters/bulk/1': [{ message: { id: '1' } }] });
  expect(await run(session, 'dlq show', { queue: 'bulk' }, '1')).toEqual({ item: { id: '1' } });
  await expect(run(session, 'dlq show', {}, '1')).rejects.toThrow(new Misuse('--queue is needed.'));
});

test('dlq redrive goes on until no letter goes back, and fails if one was refused', async () => {
  const some = { refused: [], missing: [], left: 2 };
  const last = { redriven: [], refused: [{ id: '3', reason: 'no' }], missing: [], left: 1 };
  const { asked, session } = cloudOf({
    'POST /dead-letters/bulk/redrive': [
      { ...some, redriven: ['1'] },
      { ...some, redriven: ['2'] },
      last,
    ],
  });
  expect(await run(session, 'dlq redrive', { all: true }, 'bulk')).toMatchObject({
    items: [
      { id: '1', status: 'redriven' },
      { id: '2', status: 'redriven' },
      { id: '3', status: 'refused', reason: 'no' },
    ],
    failed: true,
  });
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({ body: { all: true } });
});

test('dlq redrive sends one letter back by its id', async () => {
  const { asked, session } = cloudOf({
    'POST /dead-letters/bulk/redrive': [{ redriven: ['1'], refused: [], missing: [], left: 8 }],
  });
  const found = await run(session, 'dlq redrive', { id: '1' }, 'bulk');
  expect(found).toMatchObject({ items: [{ id: '1' }], failed: false });
  expect(asked).toMatchObject([{ body: { ids: ['1'] } }]);
});

test('dlq delete deletes one letter, or all of a queue', async () => {
  const { session } = cloudOf({
    'DELETE /dead-letters/bulk/1': [undefined],
    'DELETE /dead-letters/bulk?all=true': [
      { deleted: 200, left: 3 },
      { deleted: 3, left: 0 },
    ],
  });
  expect(await run(session, 'dlq delete', { id: '1' }, 'bulk')).toMatchObject({
    item: { deleted: 1 },
  });
  expect(await run(session, 'dlq delete', { all: true }, 'bulk')).toMatchObject({
    item: { deleted: 203 },
  });
});

test.each<Record<string, string | boolean>>([{}, { id: '1', all: true }])(
  '%j chooses no letters',
  async (given) => {
    const { session } = cloudOf({});
    const wrong = new Misuse('One of --id and --all is needed.');
    await expect(run(session, 'dlq redrive', given, 'bulk')).rejects.toThrow(wrong);
    await expect(run(session, 'dlq delete', given, 'bulk')).rejects.toThrow(wrong);
  },
);

test('watch shows what changed with its state, and ends after its time', async () => {
  const none = { reset: false, held: true, changes: {}, reload: [] };
  const { asked, session } = cloudOf({
    'GET /changes': [{ ...none, cursor: 'a' }],
    'GET /changes?since=a': [
      { ...none, cursor: 'b', changes: { hosts: ['h'], servers: ['s'], alarms: ['x'] } },
    ],
    'GET /changes?since=b': [{ ...none, cursor: 'b', held: false }],
    'GET /hosts/h': [{ host: { state: 'down', status: 'enabled' } }],
  });
  let now = 0;
  const lines: string[] = [];
  const items = await watch(session, {
    seconds: 10,
    screen: { err: (line) => lines.push(line), terminal: false },
    clock: () => {
      now += 500;
      return now;
    },
    pause: async (ms) => {
      now += ms;
    },
  });
  expect(items).toMatchObject([
    { kind: 'hosts', id: 'h', state: 'down, enabled' },
    { kind: 'servers', id: 's', state: 'gone' },
    { kind: 'alarms', id: 'x', state: 'fired' },
  ]);
  expect(lines).toHaveLength(3);
  expect(asked.filter(({ path }) => path.includes('since=b')).length).toBeGreaterThan(1);
});

test('on a terminal watch redraws one table, with the newest change first', async () => {
  const none = { reset: false, held: true, changes: {}, reload: [] };
  const { session } = cloudOf({
    'GET /changes': [{ ...none, cursor: 'a' }],
    'GET /changes?since=a': [{ ...none, cursor: 'b', changes: { alarms: ['x', 'y'] } }],
    'GET /changes?since=b': [{ ...none, cursor: 'b', reload: ['servers'] }],
  });
  let now = 0;
  const drawn: string[] = [];
  await watch(session, {
    seconds: 10,
    screen: { err: (text) => drawn.push(text), terminal: true },
    clock: () => {
      now += 1_000;
      return now;
    },
  });
  expect(drawn[0]).toContain('alarms');
  expect(drawn[1]).toMatch(/servers +more than 500[\s\S]*alarms +y[\s\S]*alarms +x/);
});

test('--for is a number of seconds', async () => {
  const { session } = cloudOf({});
  await expect(run(session, 'watch', { for: 'long' })).rejects.toThrow(Misuse);
});
