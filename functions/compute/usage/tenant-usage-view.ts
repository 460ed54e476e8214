/** Usage as Nova shows it: for each server in a period, and summed up for each project. */

import { microseconds } from '../../../dialects/openstack-times.ts';
import type { Instance } from '../../../domain/servers/instance.ts';

/** A period, from `start` to `stop`. */
export type Period = { readonly start: string; readonly stop: string };

/** The usage of one project. */
export type Usage = ReturnType<typeof projectUsage>;

/** The usage of each project, in the order of their first servers. */
export const usagesOf = (instances: readonly Instance[], period: Period, now: string): Usage[] =>
  [...Map.groupBy(instances, ({ project_id }) => project_id)].map(([project_id, own]) =>
    projectUsage(project_id, own, { ...period, now }),
  );

type Clock = Period & { readonly now: string };

function projectUsage(tenant_id: string, instances: readonly Instance[], clock: Clock) {
  const sums = { hours: 0, disk: 0, cores: 0, ram: 0 };
  for (const instance of instances) {
    const hours = hoursOf(instance, clock);
    const { disk, ephemeral, vcpus, ram } = instance.flavor;
    sums.hours += hours;
    sums.disk += (disk + ephemeral) * hours;
    sums.cores += vcpus * hours;
    sums.ram += ram * hours;
  }
  return {
    tenant_id,
    start: microseconds(clock.start),
    stop: microseconds(clock.stop),
    total_hours: sums.hours,
    total_local_gb_usage: sums.disk,
    total_vcpus_usage: sums.cores,
    total_memory_mb_usage: sums.ram,
    server_usages: instances.map((instance) => serverUsage(instance, clock)),
  };
}

const msPerHour = 3_600_000;

/** How long the server was there in the period; never less than nothing. */
function hoursOf({ launched_at, terminated_at }: Instance, { start, stop }: Period): number {
  if (launched_at === null) return 0;
  const from = launched_at > start ? launched_at : start;
  const to = terminated_at !== null && terminated_at < stop ? terminated_at : stop;
  return Math.max(0, Date.parse(to) - Date.parse(from)) / msPerHour;
}

/** Fields of a flavor that are not registered are left out: Nova's schema refuses 0 for them. */
const known = (name: string, figure: number): object => (figure > 0 ? { [name]: figure } : {});

function serverUsage(instance: Instance, clock: Clock) {
  const { uuid, name, project_id, flavor, launched_at, terminated_at, vm_state } = instance;
  const until = terminated_at ?? clock.now;
  const uptime = Math.floor((Date.parse(until) - Date.parse(launched_at ?? until)) / 1000);
  return {
    instance_id: uuid,
    name,
    tenant_id: project_id,
    flavor: flavor.original_name,
    local_gb: flavor.disk + flavor.ephemeral,
    ...known('memory_mb', flavor.ram),
    ...known('vcpus', flavor.vcpus),
    hours: hoursOf(instance, clock),
    started_at: launched_at && microseconds(launched_at),
    ended_at: terminated_at && microseconds(terminated_at),
    state: terminated_at === null && !gone.has(vm_state) ? vm_state : 'terminated',
    uptime: Math.max(0, uptime),
  };
}

/** States that Nova's schema has no word of its own for. */
const gone: ReadonlySet<string> = new Set(['deleted', 'soft-delete']);
