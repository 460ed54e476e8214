import { describe, expect, test } from 'vitest';
import { portNamed, portsOf, portUpdate, setPort } from '../../cli/ports.ts';
import { type CliSession, Failure, Misuse, type Request } from '../../cli/session.ts';

/** A cloud that answers by method and path, and records the requests. */
function cloudOf(answers: Readonly<Record<string, unknown>>) {
  const asked: Request[] = [];
  const session: CliSession = {
    ask: async (request) => {
      asked.push(request);
      return answers[`${request.method ?? 'GET'} ${request.path}`] ?? { ports: [] };
    },
  };
  return { asked, session };
}

describe('what port set changes', () => {
  test.each([
    { given: { 'dp-down': 'true' }, update: { dp_down: true } },
    { given: { 'dp-down': 'False' }, update: { dp_down: false } },
    { given: { status: 'error' }, update: { status: 'ERROR' } },
    { given: { 'data-plane-status': 'DOWN' }, update: { data_plane_status: 'DOWN' } },
    { given: { 'data-plane-status': 'none' }, update: { data_plane_status: null } },
    {
      given: { 'dp-down': 'true', status: 'DOWN' },
      update: { dp_down: true, status: 'DOWN' },
    },
  ])('$given is $update', ({ given, update }) => {
    expect(portUpdate(given)).toEqual(update);
  });

  test.each([
    { given: { 'dp-down': 'maybe' }, message: '--dp-down is true or false, not maybe.' },
    {
      given: { status: 'UP' },
      message: '--status is ACTIVE, DOWN, BUILD or ERROR, not UP.',
    },
    {
      given: { 'data-plane-status': 'ERROR' },
      message: '--data-plane-status is ACTIVE, DOWN or none, not ERROR.',
    },
    { given: {}, message: 'One of --dp-down, --status and --data-plane-status is needed.' },
  ])('$given is refused: $message', ({ given, message }) => {
    expect(() => portUpdate(given)).toThrow(new Misuse(message));
  });
});

test('a port is found by its id, else by its name, and changed by its id', async () => {
  const port = { id: 'i', name: 'p 1', dp_down: true };
  const { asked, session } = cloudOf({
    'GET /v2.0/ports?name=p+1': { ports: [port] },
    'PUT /v2.0/ports/i': { port },
  });
  expect(await setPort(session, { 'dp-down': 'true' }, 'p 1')).toEqual(port);
  expect(asked.map(({ method = 'GET', path }) => `${method} ${path}`)).toEqual([
    'GET /v2.0/ports?id=p+1',
    'GET /v2.0/ports?name=p+1',
    'PUT /v2.0/ports/i',
  ]);
  expect(asked.at(-1)).toMatchObject({ service: 'network', body: { port: { dp_down: true } } });
});

test('a name that several ports have, or none, is reported', async () => {
  const { session } = cloudOf({ 'GET /v2.0/ports?name=p': { ports: [{ id: 'a' }, { id: 'b' }] } });
  await expect(portNamed(session, 'p')).rejects.toThrow(
    new Failure('2 ports are named p: give an id.'),
  );
  await expect(portNamed(session, 'x')).rejects.toThrow(
    new Failure('No port has the id or the name x.'),
  );
});

test('a list follows its pages', async () => {
  const href = 'https://doctor/v2.0/ports?limit=1000&marker=a';
  const { session } = cloudOf({
    'GET /v2.0/ports': {
      ports: [{ id: 'a' }],
      ports_links: [
        { rel: 'previous', href: 'x' },
        { rel: 'next', href },
      ],
    },
    [`GET ${href}`]: { ports: [{ id: 'b' }] },
  });
  expect(await portsOf(session, {})).toEqual([{ id: 'a' }, { id: 'b' }]);
});
