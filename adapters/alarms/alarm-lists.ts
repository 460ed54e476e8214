/** The table `alarms` as lists read it: keys from an index, then the rows consistently. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AlarmScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { storedAlarm } from '../../domain/alarms/stored-alarm.ts';
import { getAll, growingPages, queryPages } from '../dynamodb.ts';
import { indexKeys, kinds } from './alarm-rows.ts';

/** The most rows of a page, where reading may end before all rows are read. */
const longestPage = 1_000;

type Index = { readonly name: string; readonly keys: Readonly<Record<string, string>> };

/** The index whose partition has the fewest alarms outside of the scope. */
function indexFor({ project_id, name }: AlarmScope): Index {
  const in_project: Record<string, string> =
    project_id === undefined ? {} : { in_project: indexKeys.project(project_id) };
  if (name !== undefined) {
    return { name: 'byName', keys: { named: indexKeys.name(name), ...in_project } };
  }
  if (project_id !== undefined) return { name: 'byProject', keys: in_project };
  return { name: 'byTime', keys: { live: indexKeys.all } };
}

/** The lists of alarms. */
export const alarmLists = (client: DynamoDBDocumentClient, table: string) => {
  async function* idsOf(scope: AlarmScope, reading: TimeReading): AsyncGenerator<string[]> {
    const { name, keys } = indexFor(scope);
    const { oldestFirst = false, after, first } = reading;
    const conditions = Object.keys(keys).map((key) => `${key} = :${key}`);
    if (after !== undefined) conditions.push(`sort_key ${oldestFirst ? '>' : '<'} :after`);
    const query = {
      TableName: table,
      IndexName: name,
      KeyConditionExpression: conditions.join(' AND '),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`:${key}`, value])),
        ...(after !== undefined && { ':after': after }),
      },
      ScanIndexForward: oldestFirst,
    };
    const pages =
      first === undefined
        ? queryPages(client, query)
        : growingPages(client, query, { first, longest: longestPage });
    for await (const page of pages) {
      yield page.map(({ alarm_id }) => String(alarm_id));
    }
  }

  return {
    /**
     * The alarms in scope, in pages, in the order of time that `reading` asks for. If the scope
     * names an alarm or a name, `reading` is ignored: all alarms come, in any order.
     */
    async *alarmsOf(scope: AlarmScope, reading: TimeReading): AsyncGenerator<AnyAlarm[]> {
      const { alarm_id, name, project_id } = scope;
      const named = name !== undefined || alarm_id !== undefined;
      const pages = alarm_id === undefined ? idsOf(scope, named ? {} : reading) : [[alarm_id]];
      for await (const ids of pages) {
        const keys = ids.map((id) => ({ alarm_id: id, kind: kinds.alarm }));
        const rows = await getAll(client, table, keys);
        const found = new Map(rows.map((row) => [String(row.alarm_id), storedAlarm(row)]));
        yield ids.flatMap((id) => {
          const alarm = found.get(id);
          // An index may still show an alarm under the project or name that it had before.
          const inScope =
            alarm &&
            (project_id === undefined || alarm.project_id === project_id) &&
            (name === undefined || alarm.name === name);
          return inScope ? [alarm] : [];
        });
      }
    },
  };
};
