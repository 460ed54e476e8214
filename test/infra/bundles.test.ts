import { expect, test } from 'vitest';
import { environments } from '../../bench/cold-start/environments.ts';
import { bundle, functionNames } from '../../infra/bundle.ts';
import { onDemand } from '../../infra/bundling.ts';
import { leanModules } from '../../infra/lean-modules.ts';

/**
 * The most kilobytes of each bundle, a little above what it has. The target is 350 (ADR 0034).
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
  // All of zod's languages, or the SDK a second time as CommonJS, would slip in unseen.
  expect(inputs.filter((file) => /dist-cjs|zod\/v4\/locales\/(?!en)/.test(file))).toEqual([]);
  // A package that names its file anew would bring it back unseen. The console's function has no AWS.
  const hasAws = name !== 'console';
  const expected = Object.entries(leanModules).flatMap(([each, { file }]) =>
    hasAws || file.source.includes('zod') ? each : [],
  );
  expect([...leftOut].sort()).toEqual(expected.sort());
  // What it loads on demand lies beside it, and nothing else does.
  const named = ['re2js', 'croner', '@prometheus-io/lezer-promql'].filter((pack) =>
    text.includes(`"${pack}"`),
  );
  expect(new Set(onDemand[name])).toEqual(new Set(named));
});
