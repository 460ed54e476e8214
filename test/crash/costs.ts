/** Measures the cost of requests, and writes many rows at once. */
import { randomUUID } from 'node:crypto';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { alarmRow, lookupRow } from '../../adapters/alarms/alarm-rows.ts';
import type { Row } from '../../adapters/dynamodb.ts';
import { inParallel } from '../../adapters/in-parallel.ts';
import { indexedInstance } from '../../adapters/servers/instances.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { isProjectWide, lookupKeysOf } from '../../domain/alarms/lookup.ts';
import { projectOwner, wideOwner } from '../../domain/alarms/quota-row.ts';
import { slices } from '../../domain/slices.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { instanceWith } from '../domain/rows.ts';
import { isTokenCheck } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { project } from './cloud.ts';
import type { Prepare } from './invoke.ts';
import type { World } from './world.ts';

export async function writeRows(table: string, rows: readonly Row[]): Promise<void> {
  const client = dynamodb();
  await inParallel(slices(rows, 25), 8, (slice) =>
    client.send(
      new BatchWriteCommand({
        RequestItems: { [table]: slice.map((Item) => ({ PutRequest: { Item } })) },
      }),
    ),
  );
  client.destroy();
}

/** Active servers on a host, written as the API writes them. @returns their uuids. */
export async function seedServers(world: World, host: string, count: number): Promise<string[]> {
  const uuids = Array.from({ length: count }, () => randomUUID());
  const rows = uuids.map((uuid) =>
    instanceWith({ uuid, host, project_id: project, incarnation: randomUUID() }),
  );
  await writeRows(world.things.env.INSTANCES_TABLE, rows.map(indexedInstance));
  return uuids;
}

/** Alarms of one project, written as the API writes them. */
export async function seedAlarms(world: World, given: readonly Partial<Alarm>[]): Promise<void> {
  const made = given.map((each) => {
    const alarm = alarmWith({ alarm_id: randomUUID(), project_id: project, ...each });
    const keys = lookupKeysOf(alarm);
    return { alarm, rows: [alarmRow(alarm), ...keys.map((key) => lookupRow(alarm, key))] };
  });
  const { ALARMS_TABLE, QUOTAS_TABLE } = world.things.env;
  await writeRows(
    ALARMS_TABLE,
    made.flatMap(({ rows }) => rows),
  );
  await writeRows(QUOTAS_TABLE, [
    { owner: projectOwner(project), alarms: made.length },
    { owner: wideOwner(project), alarms: made.filter(({ alarm }) => isProjectWide(alarm)).length },
  ]);
}

const Capacity = z.object({ CapacityUnits: z.number() });
/** The capacity that a request consumed, as DynamoDB returns it: one figure, or one for each table. */
const Costs = z.object({ ConsumedCapacity: z.union([Capacity, z.array(Capacity)]).default([]) });

const Args = z.object({ input: z.unknown() });
const inputOf = (args: unknown): unknown => Args.safeParse(args).data?.input;

const Statements = z.object({
  input: z.object({ Statements: z.tuple([z.object({ Statement: z.string() })], z.unknown()) }),
});
/** The name of a command; of a batch of PartiQL statements, with the first word of its first statement. */
function nameOf(commandName: string | undefined, args: unknown): string {
  const { data } = Statements.safeParse(args);
  const verb = data?.input.Statements[0].Statement.split(' ')[0];
  return verb ? `${commandName} ${verb}` : (commandName ?? '');
}

/**
 * Counts every request by name, except the check of the token, and the capacity that DynamoDB says
 * it consumed.
 */
export function counting(costs: Record<string, number>): Prepare {
  const add = (name: string, amount: number) => {
    costs[name] = (costs[name] ?? 0) + amount;
  };
  return ({ dynamo, sqs, sns }) => {
    const count =
      <Input, Output>(next: (args: Input) => Promise<Output>, context: { commandName?: string }) =>
      (args: Input): Promise<Output> => {
        if (!isTokenCheck(inputOf(args))) add(nameOf(context.commandName, args), 1);
        return next(args);
      };
    sqs.middlewareStack.add(count, { step: 'initialize' });
    sns.middlewareStack.add(count, { step: 'initialize' });
    dynamo.middlewareStack.add(count, { step: 'initialize' });
    dynamo.middlewareStack.add(
      (next) => async (args) => {
        const input = Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next({ ...args, input });
        const { ConsumedCapacity: consumed } = Costs.parse(answer.output);
        if (isTokenCheck(args.input)) return answer;
        for (const { CapacityUnits } of [consumed].flat()) add('capacity units', CapacityUnits);
        return answer;
      },
      { step: 'initialize' },
    );
  };
}
