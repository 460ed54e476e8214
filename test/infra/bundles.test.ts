import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoize } from 'es-toolkit';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { SurfaceHandler } from '../../adapters/http/by-resource.ts';
import { environments } from '../../bench/cold-start/environments.ts';
import { bundle, bytesOf, functionNames, write } from '../../infra/bundle.ts';
import { onDemand } from '../../infra/bundling.ts';
import { leanModules } from '../../infra/lean-modules.ts';
import { call } from '../functions/call.ts';

/** A bundle, made once. */
const bundleOf = memoize(bundle);

/**
 * The most kilobytes that each function loads when it starts, a little above what it has. The target is
 * 350 (ADR 0070).
 */
const mostKilobytes: Readonly<Record<string, number>> = {
  'alarm-evaluator': 393,
  alarming: 404,
  'cloud-faults': 352,
  'cloud-mirror': 426,
  compute: 409,
  console: 100,
  doctor: 454,
  'fault-finisher': 324,
  identity: 348,
  inventory: 357,
  monitors: 459,
  network: 391,
  'periodic-evaluator': 384,
  'periodic-planner': 297,
  operations: 402,
  reconciler: 342,
  'report-receiver': 379,
  sweeper: 354,
  timekeeper: 310,
  'webhook-sender': 374,
};

test('every function has a limit', () => {
  expect(functionNames.length).toBeGreaterThan(0);
  expect(new Set(Object.keys(mostKilobytes))).toEqual(new Set(functionNames));
});

test('the benchmark of cold starts knows the variables of every function', () => {
  expect(new Set(environments().keys())).toEqual(new Set(functionNames));
});

test.each(functionNames)('the bundle of %s stays small', async (name) => {
  const { atStart, later, inputs, leftOut } = await bundleOf(name);
  const bytes = bytesOf(atStart);
  console.log(
    `${name}: ${Math.round(bytes / 1000)} kB, later ${Math.round(bytesOf(later) / 1000)}`,
  );
  expect(atStart[0]?.name).toBe('index.js');
  expect(bytes / 1000).toBeLessThan(mostKilobytes[name] ?? 0);
  expect(bytes).toBeGreaterThan(10_000);
  // Otherwise zod's translations, or a second copy of the SDK as CommonJS, could get into the
  // bundle unnoticed.
  expect(inputs.filter((file) => /dist-cjs|zod\/v4\/locales\/(?!en)/.test(file))).toEqual([]);
  // Otherwise a package that renames the file would bring it back unnoticed. The console's function
  // does not use AWS.
  const hasAws = name !== 'console';
  const expected = Object.entries(leanModules).flatMap(([each, { file }]) =>
    hasAws || file.source.includes('zod') ? each : [],
  );
  expect([...leftOut].sort()).toEqual(expected.sort());
  // The packages that it loads on demand lie beside the bundle, and nothing else.
  const texts = [...atStart, ...later].map(({ text }) => text);
  const named = ['re2js', 'croner', '@prometheus-io/lezer-promql'].filter((pack) =>
    texts.some((text) => text.includes(`"${pack}"`)),
  );
  expect(new Set(onDemand[name])).toEqual(new Set(named));
});

test('what few requests need is not loaded at the start', async () => {
  const { atStart, later } = await bundleOf('compute');
  const having = (files: typeof later, text: string) =>
    files.some((file) => file.text.includes(text));
  for (const [text, early] of [
    ['/v2.1/os-services', true],
    ['/v2.1/os-hypervisors', false],
    // The issuer of the setting `oidcIssuer`.
    ['the issuer did not answer', false],
  ] as const) {
    expect(having(atStart, text), text).toBe(early);
    expect(having(later, text), text).toBe(!early);
  }
});

test('a schema that a function does not use is not in its bundle', async () => {
  const { atStart } = await bundleOf('fault-finisher');
  const text = atStart.map((file) => file.text).join('');
  // Of `domain/events/messages.ts` it reads one message, and knows no alarms.
  expect(text).toContain('departed');
  expect(text).not.toContain('causative_rules');
  expect(text).not.toContain('time_constraints');
});

const Loaded = z.object({ handler: z.custom<SurfaceHandler>() });

test('a bundle as it is written loads its other files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-bundle-'));
  const made = await bundleOf('compute');
  await write('compute', made, folder);
  const origin = 'https://a.test';
  Object.assign(process.env, environments().get('compute'), {
    AWS_REGION: 'us-east-1',
    CORS_ALLOWED_ORIGINS: origin,
  });
  const load = createRequire(join(folder, 'index.js'));
  const { handler } = Loaded.parse(load('./index.js'));
  const loaded = () =>
    [...made.atStart, ...made.later].flatMap(({ name }) =>
      Object.hasOwn(load.cache, join(folder, name)) ? name : [],
    );
  expect(loaded()).toEqual(made.atStart.map(({ name }) => name));
  // The answer names the methods of all routes.
  const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
  const answer = await call(handler, { method: 'OPTIONS', path: '/compute/v2.1/servers', headers });
  expect(answer.headers['Access-Control-Allow-Methods']).toContain('POST');
  expect(loaded()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^other-routes-/), 'index.js']),
  );
});
