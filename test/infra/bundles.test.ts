import { expect, test } from 'vitest';
import { bundle, functionNames } from '../../bench/cold-start/bundle.ts';
import { onDemand } from '../../infra/bundling.ts';

/**
 * The most kilobytes of each bundle, a little above what it has. The target is 350 (ADR 0034).
 */
const mostKilobytes: Readonly<Record<string, number>> = {
  'alarm-evaluator': 480,
  alarming: 485,
  'cloud-faults': 445,
  'cloud-mirror': 495,
  compute: 545,
  console: 130,
  doctor: 575,
  'fault-finisher': 410,
  identity: 415,
  inventory: 435,
  monitors: 545,
  network: 485,
  'periodic-evaluator': 485,
  'periodic-planner': 390,
  operations: 485,
  reconciler: 425,
  'report-receiver': 455,
  sweeper: 450,
  timekeeper: 395,
  'webhook-sender': 480,
};

test('every function has a limit', () => {
  expect(functionNames.length).toBeGreaterThan(0);
  expect(new Set(Object.keys(mostKilobytes))).toEqual(new Set(functionNames));
});

test.each(functionNames)('the bundle of %s stays small', async (name) => {
  const { bytes, text, inputs } = await bundle(name);
  console.log(`${name}: ${Math.round(bytes / 1000)} kB`);
  expect(bytes / 1000).toBeLessThan(mostKilobytes[name] ?? 0);
  expect(bytes).toBeGreaterThan(10_000);
  // All of zod's languages, or the SDK a second time as CommonJS, would slip in unseen.
  expect(inputs.filter((file) => /dist-cjs|zod\/v4\/locales\/(?!en)/.test(file))).toEqual([]);
  // What it loads on demand lies beside it, and nothing else does.
  const named = ['re2js', 'croner', '@prometheus-io/lezer-promql'].filter((pack) =>
    text.includes(`"${pack}"`),
  );
  expect(new Set(onDemand[name])).toEqual(new Set(named));
});
