import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { apiUrl } from '../stack/stack.ts';
import {
  type Cloud,
  forceDown,
  logins,
  newHost,
  newInstance,
  serverOf,
  serviceOf,
} from './cloud.ts';

/** The file of a program's requests that `npm run test:interop -- NAME --record` writes. */
const Recording = z.object({
  program: z.string(),
  /** Whether its host has been reported down before. */
  down: z.boolean(),
  /** Whether its server has moved in the end. */
  moves: z.boolean(),
  calls: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      status: z.int(),
      learn: z.record(z.string(), z.array(z.union([z.string(), z.int()]))).optional(),
    }),
  ),
});

const folder = join(import.meta.dirname, 'recorded');
const recordings = readdirSync(folder).map((file) =>
  Recording.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
);

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

/** The value at a place in an answer, as text. */
const at = (body: unknown, where: readonly (string | number)[]): string =>
  String(
    where.reduce<unknown>((value, key) => {
      if (typeof value !== 'object' || value === null) return undefined;
      return Object.entries(value).find(([name]) => name === String(key))?.[1];
    }, body),
  );

/** Replaces the names by the values of this stack. */
const filled = (text: string, names: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);

describe('programs of others, as they were recorded', () => {
  test.each(recordings)('$program gets the recorded statuses', async (recording) => {
    const { admin } = cloud;
    const host = await newHost(admin);
    const names: Record<string, string> = {
      ...{ host, target: await newHost(admin), token: admin.token },
      ...{ password: readAccount('admin').password, project: admin.projectId },
    };
    names.service = (await serviceOf(admin, host)).id;
    names.server = await newInstance(admin, { host, project_id: admin.projectId });
    if (recording.down) expect((await forceDown(admin, host)).status).toBe(200);

    const got = [];
    for (const { method, path, headers, body, learn = {} } of recording.calls) {
      const filledHeaders = Object.entries(headers).map(([name, value]) => [
        name,
        filled(value, names),
      ]);
      const answer = await fetch(`${apiUrl()}${filled(path, names)}`, {
        method,
        headers: Object.fromEntries(filledHeaders),
        // Bytes, because `fetch` would send a Content-Type with a text, and some clients send none.
        ...(body !== '' && { body: Buffer.from(filled(body, names)) }),
      });
      const text = await answer.text();
      for (const [name, where] of Object.entries(learn)) names[name] = at(JSON.parse(text), where);
      got.push(`${method} ${path} ${answer.status}`);
    }
    expect(got).toEqual(recording.calls.map((it) => `${it.method} ${it.path} ${it.status}`));
    if (!recording.moves) return;
    const server = await serverOf(admin, names.server);
    expect(server).toMatchObject({ status: 'ACTIVE', locked: false });
    expect(server['OS-EXT-SRV-ATTR:host']).not.toBe(host);
  });
});
