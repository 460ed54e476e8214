/** Bad bodies, sent to every route that takes one. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DialectName } from '../../adapters/http/dialects.ts';
import { type Answer, apiUrl, type Client } from '../stack/stack.ts';
import { targetsOf } from './bodies.ts';
import { type Target, targetNames } from './body-target.ts';
import { at, type Cloud, expectStatus, logins } from './cloud.ts';
import { refusals } from './dialects.ts';
import { malformed, noObject, strange, unknownKey, type Wrong, wronglyTyped } from './mutations.ts';

const form = 'application/x-www-form-urlencoded';
const xml = 'application/xml';

/** Types of content that each API refuses, and how. Neutron reads every type. */
const unread: Record<DialectName, { status: number; types: readonly string[] }> = {
  identity: { status: 400, types: ['text/plain', form, xml] },
  compute: { status: 415, types: [form, xml] },
  network: { status: 415, types: [] },
  alarming: { status: 415, types: ['text/plain', form, xml] },
  doctor: { status: 415, types: ['text/plain', form, xml] },
  'instance-ha': { status: 415, types: ['text/plain', form, xml] },
};

let cloud: Cloud;
let targets: Map<string, Target>;

beforeAll(async () => {
  cloud = await logins();
  targets = await targetsOf(cloud.admin);
});

function target(name: string): Target {
  const found = targets.get(name);
  if (!found) throw new Error(`no target ${name}`);
  return found;
}

const send = (client: Client, { method, path, version }: Target, text: string): Promise<Answer> =>
  client.call(method, path, { body: text, ...(version && { headers: at(version) }) });

const shownTo = async (client: Client, { shown }: Target): Promise<unknown> =>
  shown && (await client.call('GET', shown)).body;

/** Sends each body. Returns those that were not refused with a 400 in the exact shape. */
async function notRefused(to: Target, bodies: readonly Wrong[]): Promise<unknown[]> {
  const odd: unknown[] = [];
  for (const { what, text, field } of bodies) {
    const { status, body } = await send(cloud.admin, to, text);
    const refusal = refusals[to.dialect](400, field);
    try {
      expect({ status, body }).toEqual({ status: 400, body: refusal });
    } catch {
      odd.push({ what, status, body });
    }
  }
  return odd;
}

describe.each(targetNames)('the body of %s', (name) => {
  test('is refused if it is not JSON or not an object, and nothing changes', async () => {
    const to = target(name);
    const before = await shownTo(cloud.admin, to);
    expect(await notRefused(to, [...malformed, ...noObject])).toEqual([]);
    expect(await shownTo(cloud.admin, to)).toEqual(before);
  });

  test('is refused with the name of the field if a value has another type or is too large', async () => {
    const to = target(name);
    const before = await shownTo(cloud.admin, to);
    const wrong = wronglyTyped(to.good).filter(({ what }) => !to.allowed?.includes(what));
    expect(await notRefused(to, wrong)).toEqual([]);
    expect(await shownTo(cloud.admin, to)).toEqual(before);
  });

  test('is refused with an unknown key, and nothing changes', async () => {
    const to = target(name);
    if (to.dialect === 'identity') return; // Keystone accepts unknown keys
    const before = await shownTo(cloud.admin, to);
    expect(await notRefused(to, [unknownKey(to.good)])).toEqual([]);
    expect(await shownTo(cloud.admin, to)).toEqual(before);
  });

  test('is refused under the types of content that its API does not read', async () => {
    const to = target(name);
    const before = await shownTo(cloud.admin, to);
    const { status, types } = unread[to.dialect];
    for (const type of types) {
      const answer = await cloud.admin.call(to.method, to.path, {
        body: JSON.stringify(to.good),
        headers: { ...(to.version && at(to.version)), 'content-type': type },
      });
      expectStatus(answer, status);
      const named = status === 415 ? type : 'Content-Type';
      expect(answer.body).toEqual(refusals[to.dialect](status, named));
    }
    expect(await shownTo(cloud.admin, to)).toEqual(before);
  });

  test('is read without a type of content, except by Aodh', async () => {
    const to = target(name);
    const sent = {
      method: to.method,
      headers: { 'x-auth-token': cloud.admin.token, ...(to.version && at(to.version)) },
      // `fetch` sets a Content-Type for a text, but not for bytes.
      body: new TextEncoder().encode('{"a":'),
    };
    const answer = await fetch(`${apiUrl()}${to.path}`, sent);
    expect(answer.status).toBe(to.dialect === 'alarming' ? 415 : 400);
  });

  test('never fails because of null, empty or unusual texts', async () => {
    const to = target(name);
    for (const { what, text } of strange(to.good)) {
      const { status, body } = await send(cloud.admin, to, text);
      if (status < 300) continue;
      expect({ what, status }).toEqual({ what, status: expect.toBeOneOf([400, 401, 404, 409]) });
      expect(body).toMatchObject(Object(refusals[to.dialect](status)));
    }
  });
});
