/** Plans a round: reads which alarms are evaluated every minute, and queues them in messages. */
import pMap from 'p-map';
import { allSlots, type PlannedAlarm } from '../domain/alarms/periodic-index.ts';
import { messagesOf, type Plan, type RoundMessage } from '../domain/alarms/round-plan.ts';

/** What the planner needs from outside. */
export type PlanDeps = {
  /** The alarms of a partition of the index, in pages; those of a project come one after the other. */
  readonly plannedAlarms: (slot: string) => AsyncIterable<readonly PlannedAlarm[]>;
  /** Durably queues the messages in their lanes. */
  readonly sendRounds: (messages: readonly RoundMessage[]) => Promise<void>;
};

/** What was planned. */
export type Planned = { readonly alarms: number; readonly messages: number };

/** Partitions that are read at once. */
const slotsAtOnce = 4;

/**
 * Plans the round. A partition that cannot be read or queued does not stop the others.
 * @throws the first error, after all others are planned. Alarms that were not planned wait for the
 * next round.
 */
export async function planRound(deps: PlanDeps, plan: Plan): Promise<Planned> {
  const failures: unknown[] = [];
  const planned = await pMap(
    allSlots,
    async (slot): Promise<Planned> => {
      try {
        return await planSlot(deps, slot, plan);
      } catch (error) {
        failures.push(error);
        return { alarms: 0, messages: 0 };
      }
    },
    { concurrency: slotsAtOnce },
  );
  if (failures.length > 0) throw failures[0];
  return planned.reduce((sum, { alarms, messages }) => ({
    alarms: sum.alarms + alarms,
    messages: sum.messages + messages,
  }));
}

async function planSlot(deps: PlanDeps, slot: string, plan: Plan): Promise<Planned> {
  const total = { alarms: 0, messages: 0 };
  for await (const alarms of byProject(deps.plannedAlarms(slot))) {
    const messages = messagesOf(alarms, plan);
    await deps.sendRounds(messages);
    total.alarms += alarms.length;
    total.messages += messages.length;
  }
  return total;
}

/** The alarms of each project, one after the other. */
async function* byProject(
  pages: AsyncIterable<readonly PlannedAlarm[]>,
): AsyncGenerator<PlannedAlarm[]> {
  let held: PlannedAlarm[] = [];
  for await (const page of pages) {
    for (const alarm of page) {
      if (held[0] && held[0].project_id !== alarm.project_id) {
        yield held;
        held = [];
      }
      held.push(alarm);
    }
  }
  if (held.length > 0) yield held;
}
