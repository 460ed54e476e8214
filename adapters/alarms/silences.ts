/**
 * The table `silences`. The ids of those that have not ended are also in the table `quotas`, in a row
 * that evaluators read anyway, and are written in the same transactions.
 */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { sharedOwner } from '../../domain/alarms/quota-row.ts';
import { Silence } from '../../domain/alarms/silence.ts';
import { getAll, ifUnchanged, queryPages, type Row } from '../dynamodb.ts';
import { type Action, transact } from '../transactions.ts';

type Tables = { readonly silences: string; readonly quotas: string };

/** How long an ended silence is kept, in days. */
const keptDays = 30;

/** The sort key in every list: its time, then its id. */
const sortKeyOf = ({ created_at, silence_id }: Silence): string => `${created_at}#${silence_id}`;

/** The row, with the keys of its indexes. The key of an index cannot be empty. */
const indexed = (row: Silence): Row => ({
  ...row,
  live: 'silence',
  sort_key: sortKeyOf(row),
  ...(row.project_id !== '' && { in_project: row.project_id }),
  ...(row.due_at !== undefined && { due: 'silence' }),
});

/** Reads silences by their ids. */
export const silenceReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The silences of the ids, read consistently, in any order; unknown ones are left out. */
  silences: async (ids: readonly string[]): Promise<Silence[]> => {
    const keys = ids.map((silence_id) => ({ silence_id }));
    return (await getAll(client, table, keys)).map((row) => Silence.parse(row));
  },
});

/** The changes of silences by requests. */
export const silenceStore = (client: DynamoDBDocumentClient, { silences, quotas }: Tables) => ({
  /** A silence, read consistently; undefined if there is none. */
  silence: async (silence_id: string): Promise<Silence | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: silences, Key: { silence_id }, ConsistentRead: true }),
    );
    return row && Silence.parse(row);
  },

  /**
   * Writes a new silence.
   * @param most how many its project may have that have not ended.
   * @returns `known` if the id is taken, `too many` over the limit, `conflict` if another request
   * was writing.
   */
  addSilence: async (
    row: Silence,
    most: number,
  ): Promise<'written' | 'known' | 'too many' | 'conflict'> => {
    const put: Action = {
      Put: {
        TableName: silences,
        Item: indexed(row),
        ConditionExpression: 'attribute_not_exists(silence_id)',
      },
    };
    const named: Action = {
      Update: {
        TableName: quotas,
        Key: { owner: sharedOwner(row.project_id) },
        UpdateExpression: 'ADD silences :id',
        ConditionExpression: 'attribute_not_exists(silences) OR size(silences) < :most',
        ExpressionAttributeValues: { ':id': new Set([row.silence_id]), ':most': most },
      },
    };
    const end = await transact(client, [put, named]);
    if (end === 0) return 'known';
    return end === 1 ? 'too many' : end === 'written' ? 'written' : 'conflict';
  },

  /** Writes another end and reason. False if the row is no longer as it was read. */
  changeSilence: (before: Silence, after: Silence): Promise<boolean> =>
    ifUnchanged(
      client.send(
        new UpdateCommand({
          TableName: silences,
          Key: { silence_id: before.silence_id },
          // A silence whose end is done has no `due_at`, and its id is no longer in `quotas`.
          ConditionExpression: 'revision = :read AND attribute_exists(due_at)',
          UpdateExpression: 'SET ends_at = :end, due_at = :due, reason = :reason, revision = :next',
          ExpressionAttributeValues: {
            ':read': before.revision,
            ':end': after.ends_at,
            ':due': after.due_at,
            ':reason': after.reason,
            ':next': after.revision,
          },
        }),
      ),
    ),
});

/** The lists of silences. */
export const silenceLists = (client: DynamoDBDocumentClient, silences: string) => ({
  /**
   * At most `limit` silences of a project (undefined: all silences), the newest first, read
   * consistently, after the marker.
   */
  silencePage: async (
    project_id: string | undefined,
    { limit, marker }: { readonly limit: number; readonly marker: Silence | undefined },
  ): Promise<Silence[]> => {
    const [index, name, value] =
      project_id === undefined
        ? ['byTime', 'live', 'silence']
        : ['byProject', 'in_project', project_id];
    const found: Silence[] = [];
    const pages = queryPages(client, {
      TableName: silences,
      IndexName: index,
      KeyConditionExpression: '#name = :value AND sort_key < :before',
      ExpressionAttributeNames: { '#name': name },
      // Sorts after every sort key: these begin with a year.
      ExpressionAttributeValues: { ':value': value, ':before': marker ? sortKeyOf(marker) : 'a' },
      ScanIndexForward: false,
      Limit: limit,
    });
    for await (const page of pages) {
      const keys = page.map(({ silence_id }) => ({ silence_id: String(silence_id) }));
      const rows = await getAll(client, silences, keys);
      found.push(...rows.map((row) => Silence.parse(row)));
      if (found.length >= limit) break;
    }
    return found.sort((a, b) => (sortKeyOf(a) > sortKeyOf(b) ? -1 : 1)).slice(0, limit);
  },
});

/** The ends of silences, as the sweeper works on them. */
export const silenceEnds = (client: DynamoDBDocumentClient, { silences, quotas }: Tables) => ({
  /** At most `most` silences that are due before a moment, as the index shows them, the longest due first. */
  dueSilences: async (before: string, most: number): Promise<Silence[]> => {
    const pages = queryPages(client, {
      TableName: silences,
      IndexName: 'due',
      KeyConditionExpression: 'due = :due AND due_at <= :before',
      ExpressionAttributeValues: { ':due': 'silence', ':before': before },
      Limit: most,
    });
    for await (const page of pages) {
      const keys = page.map(({ silence_id }) => ({ silence_id: String(silence_id) }));
      const rows = (await getAll(client, silences, keys)).map((row) => Silence.parse(row));
      return rows.sort((a, b) => ((a.due_at ?? '') < (b.due_at ?? '') ? -1 : 1));
    }
    return [];
  },

  /**
   * Puts a due silence behind all others: one that takes long, or whose work dies, does not delay them.
   * False if it was changed since it was read.
   */
  postpone: ({ silence_id, revision }: Silence, due_at: string): Promise<boolean> =>
    ifUnchanged(
      client.send(
        new UpdateCommand({
          TableName: silences,
          Key: { silence_id },
          ConditionExpression: 'revision = :read AND attribute_exists(due_at)',
          UpdateExpression: 'SET due_at = :due',
          ExpressionAttributeValues: { ':read': revision, ':due': due_at },
        }),
      ),
    ),

  /** Records that the end is done: the silence is kept for 30 days, and no longer counts. */
  endSilence: async (
    { silence_id, revision, project_id }: Silence,
    now: string,
  ): Promise<boolean> => {
    const ended: Action = {
      Update: {
        TableName: silences,
        Key: { silence_id },
        ConditionExpression: 'revision = :read',
        UpdateExpression: 'REMOVE due, due_at SET expires_at = :expiry',
        ExpressionAttributeValues: {
          ':read': revision,
          ':expiry': Math.ceil(Date.parse(now) / 1000) + keptDays * 24 * 3600,
        },
      },
    };
    const unnamed: Action = {
      Update: {
        TableName: quotas,
        Key: { owner: sharedOwner(project_id) },
        UpdateExpression: 'DELETE silences :id',
        ExpressionAttributeValues: { ':id': new Set([silence_id]) },
      },
    };
    return (await transact(client, [ended, unnamed])) === 'written';
  },
});
