import { expect, test } from 'vitest';
import { environments } from '../../bench/cold-start/environments.ts';
import { bundle, functionNames } from '../../infra/bundle.ts';
import { onDemand } from '../../infra/bundling.ts';
import { leanModules } from '../../infra/lean-modules.ts';

/**
 * The limit of each bundle in kilobytes, a little above its present size. The target is 350 (ADR
 * 0034).
 */
const mostKilobytes: Readonly<Record<string, number>> = {
  'alarm-evaluator': 435,
  alarming: 445,
  'cloud-faults': 395,
  'cloud-mirror': 455,
  compute: 505,
  console: 110,
  doctor: 530,
  'fault-finisher': 360,
  identity: 370,
  inventory: 395,
  monitors: 505,
  network: 445,
  'periodic-evaluator': 440,
  'periodic-planner': 345,
  operations: 455,
  reconciler: 390,
  'report-receiver': 415,
  sweeper: 410,
  timekeeper: 350,
  'webhook-sender': 435,
};

test('every function has a limit', () => {
  expect(functionNames.length).toBeGreaterThan(0);
  expect(new Set(Object.keys(mostKilobytes))).toEqual(new Set(functionNames));
});

test('the benchmark of cold starts knows the variables of every function', () => {
  expect(new Set(environments().keys())).toEqual(new Set(functionNames));
});

test.each(functionNames)('the bundle of %s stays small', async (name) => {
  const { bytes, text, inputs, leftOut } = await bundle(name);
  console.log(`${name}: ${Math.round(bytes / 1000)} kB`);
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
  const named = ['re2js', 'croner', '@prometheus-io/lezer-promql'].filter((pack) =>
    text.includes(`"${pack}"`),
  );
  expect(new Set(onDemand[name])).toEqual(new Set(named));
});
