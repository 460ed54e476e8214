/** Lists of instances, as the indexes of the table `instances` show them. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Instance } from '../../domain/servers/instance.ts';
import {
  mergedPages,
  type ServerIndex,
  type ServerRange,
} from '../../domain/servers/server-listing.ts';
import { inParallel } from '../in-parallel.ts';
import {
  changedKeys,
  copyPages,
  countOf,
  placePages,
  shards,
  uuidPages,
} from './instance-index.ts';

/** How many hosts' instances are counted at once. */
const countsAtOnce = 8;

/** Reads the lists. */
export const instanceLists = (client: DynamoDBDocumentClient, table: string) => ({
  /** Uuids of the instances on a host, as the index shows them. */
  instancesOn: (host: string): AsyncGenerator<string[]> =>
    uuidPages(client, table, { index: 'byHost', key: 'on_host', value: host }),

  /** The instances on a host as the index shows them: whole rows, which may be behind the table. */
  copiesOn: (host: string): AsyncGenerator<Instance[]> => copyPages(client, table, host),

  /** Uuids of the instances on their way to a host, as the index shows them. */
  instancesTo: (host: string): AsyncGenerator<string[]> =>
    uuidPages(client, table, { index: 'byTarget', key: 'to_host', value: host }),

  /** The number of instances on each host or on their way there, as the indexes show it. */
  countsOn: async (hosts: readonly string[]): Promise<Map<string, number>> => {
    const counts = await inParallel(hosts, countsAtOnce, async (value) => {
      const on = await countOf(client, table, { index: 'byHost', key: 'on_host', value });
      const to = await countOf(client, table, { index: 'byTarget', key: 'to_host', value });
      return [value, on + to] as const;
    });
    return new Map(counts);
  },

  /** Sort keys (`indexedPlace`) of instances in a list, in order, as its index shows them. */
  listed: (list: ServerIndex, range: ServerRange): AsyncIterable<readonly string[]> => {
    const of = (index: string, key: string, value: string, first = range.first) =>
      placePages(client, table, { index, key, value }, { ...range, first });
    switch (list.by) {
      case 'time':
        return of('byTime', 'live', 'instance');
      case 'host':
        return of('byHost', 'on_host', list.host);
      case 'project': {
        const kind = list.deleted ? 'deleted' : 'project';
        return of('byProject', 'in_project', `${kind}#${list.project_id}`);
      }
      case 'state': {
        const first = Math.ceil(range.first / 2);
        const parts = shards.map((shard) =>
          of('byState', 'in_state', `${list.vm_state}#${shard}`, first),
        );
        return mergedPages(parts, range.oldestFirst);
      }
    }
  },

  /**
   * Sort keys (`indexedPlace`) of the instances, deleted ones included, whose last change is between
   * two times, both included, in any order; undefined if there are more than `most`.
   */
  changedBetween: async (
    { since, before }: { readonly since: string; readonly before: string },
    most: number,
  ): Promise<readonly string[] | undefined> => {
    const found = await inParallel(shards, shards.length, (shard) =>
      changedKeys(client, table, { shard, since, before, most }),
    );
    const keys = found.flat();
    return keys.length > most ? undefined : keys.map((key) => key.slice(key.indexOf('#') + 1));
  },
});
