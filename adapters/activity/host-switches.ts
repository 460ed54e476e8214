/** The table `activity`: switches of each host, for 30 days. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { HostSwitch, switchKeptSeconds } from '../../domain/hosts/host-switch.ts';
import { inParallel } from '../in-parallel.ts';
import type { KeepRow } from './activity-rows.ts';
import { expiryAfter } from './changes.ts';

/** Rows written at once. */
const width = 8;

const scopeOf = (host: string): string => `host#${host}`;

/** Keeps switches. */
export const switchKeeper = (keep: KeepRow) => ({
  /** Keeps the switches, a row each. Keeping again changes nothing. */
  keepSwitches: async (switches: readonly HostSwitch[]): Promise<void> => {
    await inParallel(switches, width, (each) =>
      keep({
        ...each,
        scope: scopeOf(each.host),
        place: `${each.at}#${each.revision}`,
        expires_at: expiryAfter(Date.parse(each.at), switchKeptSeconds),
      }),
    );
  },
});

/** Reads switches. */
export const switchReader = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * The newest switches of a host, the newest first, whose places (`<time>#<revision>`) are not after `to`.
   * @param host the name as it is registered.
   */
  switchesOf: async (host: string, most: number, to: string): Promise<HostSwitch[]> => {
    const { Items: rows = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#scope = :scope AND place <= :to',
        ExpressionAttributeNames: { '#scope': 'scope' },
        ExpressionAttributeValues: { ':scope': scopeOf(host), ':to': to },
        ScanIndexForward: false,
        Limit: most,
      }),
    );
    return rows.map((row) => HostSwitch.parse(row));
  },
});
