import './state.ts';
import { parseArgs } from 'node:util';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { Refusal, run } from '../scripts/stack/progress.ts';
import { withStack } from '../scripts/stack/with-stack.ts';
import { alertmanager } from './alertmanager.ts';
import { authorizerBench } from './authorizer/scenario.ts';
import { makeBed } from './bed.ts';
import { deafhooks } from './deafhooks.ts';
import { evacuation } from './evacuation.ts';
import { type Figure, isMet, store, table } from './figures.ts';
import { machine } from './machine.ts';
import { neighbour } from './neighbour.ts';
import { oneInstance, onePort } from './one-instance.ts';
import { resets } from './resets.ts';
import { storm } from './storm.ts';
import { webhook } from './webhook.ts';
import { wholeHost } from './whole-host.ts';

// `npm run bench`: from the report of a fault to the notification, on a stack of its own.

type Scenario = {
  readonly about: string;
  /** The runs without `--runs`. */
  readonly runs: number;
  readonly play: (stack: Stack, runs: number) => Promise<Figure[]>;
};

/** A scenario with a bed that is made for it and deleted afterwards. */
const onBed =
  (play: (bed: Awaited<ReturnType<typeof makeBed>>, runs: number) => Promise<Figure[]>) =>
  async (stack: Stack, runs: number): Promise<Figure[]> => {
    const bed = await makeBed(stack);
    try {
      return await play(bed, runs);
    } finally {
      await bed.close();
    }
  };

const scenarios: Record<string, Scenario> = {
  one: {
    about: 'a host with one instance and one alarm, one report at a time',
    runs: 200,
    play: onBed(oneInstance),
  },
  fifty: {
    about: 'a host with 50 instances, each with its own alarm',
    runs: 5,
    play: onBed((bed, runs) => wholeHost(bed, { instances: 50, runs, lastMs: 400 })),
  },
  thousand: {
    about: 'a host with 1,000 instances, each with its own alarm',
    runs: 3,
    play: onBed((bed, runs) => wholeHost(bed, { instances: 1_000, runs, lastMs: 5_000 })),
  },
  port: {
    about: 'a port with one alarm, its data plane reported down, one at a time',
    runs: 200,
    play: onBed(onePort),
  },
  ports: {
    about: 'a host with 1,000 ports, each with its own alarm, reported by their host',
    runs: 3,
    play: onBed((bed, runs) =>
      wholeHost(bed, {
        ...{ instances: 1_000, runs, lastMs: 5_000, fleetOf: bed.portsOf, of: 'ports' },
      }),
    ),
  },
  resets: {
    about: '200 os-resetState, four in flight, while the host of their instances is reported down',
    runs: 3,
    play: onBed((bed, runs) => resets(bed, { instances: 200, runs })),
  },
  evacuation: {
    about: '`doctor host-evacuate` of a host that is down, with as many servers as runs',
    runs: 1_000,
    play: onBed(evacuation),
  },
  alertmanager: {
    about: "one, by Alertmanager's webhook and by os-services in the same run",
    runs: 200,
    play: onBed(alertmanager),
  },
  webhook: {
    about: 'from an event to its webhook, one at a time',
    runs: 200,
    play: webhook,
  },
  storm: {
    about: '10,000 events from outside, and meanwhile a fault in their project and one in another',
    runs: 10,
    play: storm,
  },
  neighbour: {
    about: 'a fault, beside a tenant with 600 alarms on everything that writes 20 times a second',
    runs: 10,
    play: neighbour,
  },
  deafhooks: {
    about: "a webhook, beside another tenant's 500 receivers that hang",
    runs: 10,
    play: deafhooks,
  },
  authorizer: {
    about: 'a request that the function checks itself, and one behind a gateway authorizer',
    runs: 200,
    play: authorizerBench,
  },
};

const help = `npm run bench -- [scenario …] [--runs N]

Measures from the report of a fault to the arrival of its notifications at a subscriber, on an
embedded stack of its own, and stores the figures in bench/results/, one JSON line each.
Exit status 1 if a figure misses its target.

${Object.entries(scenarios)
  .map(([name, { about, runs }]) => `  ${name.padEnd(12)}${about} (${runs} runs)`)
  .join('\n')}

Without a scenario: all of them. DOCTOR_STATE_DIR: the folder of a stack that is up, to use instead.`;

function chosen(names: readonly string[]): [string, Scenario][] {
  const requested = names.length > 0 ? names : Object.keys(scenarios);
  return requested.map((name) => {
    const scenario = scenarios[name];
    if (!scenario) throw new Refusal(`No scenario "${name}".\n\n${help}`);
    return [name, scenario];
  });
}

/** The runs of each scenario by `--runs`; undefined without it. */
function runsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Refusal(`--runs ${text}: it must be a number of at least 1.`);
  return runs;
}

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, runs: { type: 'string' } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const plays = chosen(positionals);
  const asked = runsOf(values.runs);
  const facts = machine();
  const { cores, cpu, memoryGb, node, load } = facts;
  console.log(`${cores} cores (${cpu}), ${memoryGb} GB, Node ${node}, load ${load} at the start`);
  if (load > cores / 2)
    console.log('The machine is busy: the figures will be worse than on an idle one.');
  const figures = await withStack(0, async ({ stack }) => {
    const all: Figure[] = [];
    for (const [name, { about, runs, play }] of plays) {
      console.log(`\n${name}: ${about}`);
      all.push(...(await play(stack, asked ?? runs)));
    }
    return all;
  });
  if (!figures) return 1;
  console.log(`\n${table(figures)}\n\nStored in ${store(facts, figures)}`);
  console.log(`Load at the end: ${machine().load}, the bench's own included`);
  return figures.every(isMet) ? 0 : 1;
});
