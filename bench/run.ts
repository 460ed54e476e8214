import './state.ts';
import { parseArgs } from 'node:util';
import { Refusal, run } from '../scripts/stack/progress.ts';
import { type Up, withStack } from '../scripts/stack/with-stack.ts';
import { type Figure, figuresTable, isMet, store } from './figures.ts';
import { machine } from './machine.ts';
import { related } from './relate.ts';
import { keep, keptResultsFile } from './results.ts';
import { type Scenario, type Sizes, scenariosWith } from './scenarios.ts';

// `npm run bench`: from the report of a fault to the notification, on a stack of its own.

/** The default sizes. A million alarms need 17 GB of memory and a quarter of an hour. */
const usual = { alarms: 50_000, hosts: 12_000 };

const help = `npm run bench -- [scenario …] [--runs N] [--alarms N] [--hosts N] [--keep]

Measures from the report of a fault to the arrival of its notifications at a subscriber, on an
embedded stack of its own, and stores the figures in bench/results/, one JSON line each.
Exit status 1 if a figure misses its target.

${Object.entries(scenariosWith(usual))
  .map(([name, { about, runs }]) => `  ${name.padEnd(14)}${about} (${runs} runs)`)
  .join('\n')}

  --runs N     so many runs of each scenario
  --alarms N   the stored alarms of million (${usual.alarms})
  --hosts N    the hosts of logins (${usual.hosts})
  --keep       stores the figures of each scenario in ${keptResultsFile} too, when
               it has ended; \`npm run docs\` shows them in docs/performance.md

Without a scenario: all of them. DOCTOR_STATE_DIR: the folder of a stack that is up, to use instead.`;

type Play = readonly [name: string, scenario: Scenario];

function chosen(names: readonly string[], sizes: Sizes): Play[] {
  const scenarios = scenariosWith(sizes);
  const requested = names.length > 0 ? names : Object.keys(scenarios);
  return requested.map((name) => {
    const scenario = scenarios[name];
    if (!scenario) throw new Refusal(`No scenario "${name}".\n\n${help}`);
    return [name, scenario];
  });
}

/** The number of an option; undefined without it. */
function numberOf(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new Refusal(`--${option} ${text}: it must be a number of at least ${least}.`);
  return number;
}

type Played = {
  readonly figures: ReadonlyMap<string, Figure[]>;
  /** The names of the scenarios that ended with an error. */
  readonly failed: readonly string[];
};

/**
 * Runs the scenarios one after the other. Returns undefined after an interruption. A scenario that
 * ends with an error has no figures; the others still run.
 * @param afterEach Called with the figures of all scenarios so far.
 */
async function played(
  plays: readonly Play[],
  runs: number | undefined,
  afterEach: (figures: Played['figures']) => void,
): Promise<Played | undefined> {
  const figures = new Map<string, Figure[]>();
  const failed: string[] = [];
  const play = async ([name, scenario]: Play, up: Up | undefined): Promise<void> => {
    console.log(`\n${name}: ${scenario.about}`);
    const count = runs ?? scenario.runs;
    try {
      if (scenario.on === 'this machine') figures.set(name, await scenario.play(count));
      else if (up) figures.set(name, await scenario.play(up.stack, count, !up.reused));
      afterEach(figures);
    } catch (error) {
      failed.push(name);
      console.error(error);
    }
  };
  for (const each of plays.filter(([, { on }]) => on === 'this machine')) {
    await play(each, undefined);
  }
  const onStack = plays.filter(([, { on }]) => on === 'the stack');
  if (onStack.length === 0) return { figures, failed };
  return withStack(0, async (up) => {
    for (const each of onStack) await play(each, up);
    return { figures, failed };
  });
}

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      runs: { type: 'string' },
      alarms: { type: 'string' },
      hosts: { type: 'string' },
      keep: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const plays = chosen(positionals, {
    alarms: numberOf('alarms', values.alarms, 1_000) ?? usual.alarms,
    hosts: numberOf('hosts', values.hosts, 1) ?? usual.hosts,
  });
  const runs = numberOf('runs', values.runs, 1);
  const facts = machine();
  const { cores, cpu, memoryGb, node, load } = facts;
  console.log(`${cores} cores (${cpu}), ${memoryGb} GB, Node ${node}, load ${load} at the start`);
  if (load > cores / 2)
    console.log('The machine is busy: the figures will be worse than on an idle one.');
  /** Kept after each scenario, so that a run of an hour that is interrupted has not measured in vain. */
  const keepFigures = (figures: Played['figures']): void => {
    if (values.keep) keep({ ...facts, loadAtEnd: machine().load }, figures);
  };
  const done = await played(plays, runs, keepFigures);
  if (!done) return 1;
  const { figures, failed } = done;
  const all = [...figures.values()].flat();
  const relations = related(all);
  if (relations.length > 0) figures.get('one')?.push(...relations);
  const shown = [...all, ...relations];
  console.log(`\n${figuresTable(shown)}\n\nStored in ${store(facts, shown)}`);
  keepFigures(figures);
  if (values.keep) console.log(`Kept in ${keptResultsFile}: now run \`npm run docs\``);
  console.log(`Load at the end: ${machine().load}, the bench's own included`);
  for (const name of failed) console.log(`${name} ended with an error, and has no figures`);
  return failed.length === 0 && shown.every(isMet) ? 0 : 1;
});
