/** A page of servers: read lazily from the narrowest index, so that it costs what it shows. */
import { DomainError } from '../../domain/errors.ts';
import type { Instance } from '../../domain/instance.ts';
import { statusOf } from '../../domain/server-status.ts';
import type { SeenInstance } from './server-view.ts';

export type ServerFilter = {
  /** Undefined for all projects. */
  readonly project_id: string | undefined;
  readonly host?: string | undefined;
  /** A regular expression, as Nova has it. */
  readonly name?: string | undefined;
  readonly uuid?: string | undefined;
  readonly vm_state?: string | undefined;
  readonly task_state?: string | undefined;
  readonly power_state?: string | undefined;
  /** In upper case; empty for any. */
  readonly statuses: readonly string[];
  readonly marker?: string | undefined;
  readonly limit: number;
};

/** Where a page begins: after this instance, in the order newest first. */
export type After = Pick<Instance, 'created_at' | 'uuid'> | undefined;

export type ServerPages = {
  /** Uuids newest first, a page of the index at a time; an undefined project is all of them. */
  readonly newest: (
    project_id: string | undefined,
    after: After,
  ) => AsyncIterable<readonly string[]>;
  readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Instances with their hosts, settled, in any order; deleted ones are left out. */
  readonly allSeen: (uuids: readonly string[]) => Promise<readonly SeenInstance[]>;
};

const newestFirst = (a: SeenInstance, b: SeenInstance): number => {
  const [left, right] = [a, b].map(({ instance }) => `${instance.created_at}#${instance.uuid}`);
  return (left ?? '') < (right ?? '') ? 1 : -1;
};

/** A page, and whether it is full: then there may be another. */
export async function pageOf(
  deps: ServerPages,
  filter: ServerFilter,
): Promise<{ servers: readonly SeenInstance[]; full: boolean }> {
  if (filter.limit === 0) return { servers: [], full: false };
  const after = await markerOf(deps, filter);
  const wanted = matcher(filter);
  const found: SeenInstance[] = [];
  for await (const seen of candidates(deps, filter, after)) {
    found.push(...seen.filter(wanted).sort(newestFirst));
    if (found.length >= filter.limit) break;
  }
  const servers = found.slice(0, filter.limit);
  return { servers, full: servers.length === filter.limit };
}

async function markerOf(deps: ServerPages, { marker, project_id }: ServerFilter): Promise<After> {
  if (marker === undefined) return undefined;
  const [seen] = await deps.allSeen([marker]);
  if (!seen || (project_id !== undefined && seen.instance.project_id !== project_id)) {
    throw new DomainError('invalid', `marker [${marker}] not found`);
  }
  return seen.instance;
}

/** Whether an instance comes after another one, newest first. */
const isAfter = ({ instance }: SeenInstance, after: After): boolean =>
  !after || `${instance.created_at}#${instance.uuid}` < `${after.created_at}#${after.uuid}`;

/** What may be on the page, in its order: all on one host at once, else a slice of the index. */
async function* candidates(
  deps: ServerPages,
  { host, project_id, limit }: ServerFilter,
  after: After,
): AsyncGenerator<readonly SeenInstance[]> {
  if (host !== undefined) {
    const uuids: string[] = [];
    for await (const page of deps.instancesOn(host)) uuids.push(...page);
    yield (await deps.allSeen(uuids)).filter((seen) => isAfter(seen, after));
    return;
  }
  const slice = Math.min(limit, 100);
  for await (const page of deps.newest(project_id, after)) {
    for (let start = 0; start < page.length; start += slice) {
      yield deps.allSeen(page.slice(start, start + slice));
    }
  }
}

function matcher(filter: ServerFilter): (seen: SeenInstance) => boolean {
  const { project_id, host, uuid, vm_state, task_state, power_state, statuses } = filter;
  const name = filter.name === undefined ? undefined : new RegExp(filter.name, 'u');
  const is = (wanted: string | undefined, value: string) =>
    wanted === undefined || wanted === value;
  return ({ instance }) =>
    is(project_id, instance.project_id) &&
    is(host, instance.host ?? '') &&
    is(uuid, instance.uuid) &&
    is(vm_state, instance.vm_state) &&
    is(task_state, instance.task_state ?? '') &&
    is(power_state, String(instance.power_state)) &&
    (statuses.length === 0 || statuses.includes(statusOf(instance))) &&
    (name === undefined || name.test(instance.name));
}
