/**
 * What a `compute.instance.*` event of Nova, as Ceilometer publishes it, says about its server. Only what
 * is sure is taken. Sources: ceilometer `event_definitions.yaml`; nova `compute/utils.py` and
 * `compute/manager.py`. Decision: docs/adr/0038.
 */
import * as z from 'zod';
import { type DoctorEvent, traitText } from '../events/event.ts';
import { parseMoment } from '../time.ts';
import {
  type Flavor,
  type Instance,
  InstanceFacts,
  powerStateOf,
  unknownFlavor,
  VmState,
} from './instance.ts';

/** What an event says about a server. What it does not say is undefined. */
export type ServerReport = {
  readonly uuid: string;
  /** When it was true. */
  readonly reported_at: string;
  readonly deleted: boolean;
  /** Null for a server that left its host. */
  readonly host: string | null | undefined;
  readonly project_id: string | undefined;
  readonly user_id: string | undefined;
  readonly name: string | undefined;
  readonly vm_state: VmState | undefined;
  readonly launched_at: string | undefined;
  readonly availability_zone: string | undefined;
  readonly flavor: Partial<Flavor>;
};

const prefix = 'compute.instance.';

/**
 * The types whose publisher runs the server: `host` is the host of the service that sent the event, and
 * during moves that is the old or the future host.
 */
const sentByItsHost = new Set(
  [
    ...['create.end', 'exists', 'rebuild.end', 'finish_resize.end', 'resize.revert.end'],
    ...['live_migration.post.dest.end', 'unshelve.end', 'power_on.end', 'power_off.end'],
    ...['reboot.end', 'pause.end', 'unpause.end', 'suspend.end', 'resume.end', 'rescue.end'],
    ...['unrescue.end', 'restore.end'],
  ].map((name) => `${prefix}${name}`),
);

const Uuid = z.guid().transform((text) => text.toLowerCase());

/** The report of an event; undefined if it is about no server, or does not say when it was true. */
export function serverReport(event: DoctorEvent): ServerReport | undefined {
  if (!event.event_type.startsWith(prefix)) return undefined;
  const said = (...names: readonly string[]) => traitText(event, ...names) || undefined;
  const { data: uuid } = Uuid.safeParse(said('instance_id') ?? said('resource_id'));
  const reported_at = parseMoment(event.generated);
  if (uuid === undefined || reported_at === undefined) return undefined;
  const state = said('state');
  const gone = event.event_type === `${prefix}delete.end` || state === 'deleted';
  return {
    uuid,
    reported_at,
    deleted: gone || said('deleted_at') !== undefined,
    host: state === 'shelved_offloaded' ? null : hostOf(event),
    project_id: said('project_id', 'tenant_id'),
    user_id: said('user_id'),
    name: said('display_name'),
    vm_state: VmState.safeParse(state).data,
    launched_at: parseMoment(said('launched_at') ?? ''),
    availability_zone: said('availability_zone'),
    flavor: flavorOf(said),
  };
}

/** The host of a server, if the event was sent by the compute service there. */
const hostOf = (event: DoctorEvent): string | undefined =>
  sentByItsHost.has(event.event_type) && traitText(event, 'service') === 'compute'
    ? traitText(event, 'host') || undefined
    : undefined;

/** Nova's `disk_gb` is that of the root disk and the ephemeral disk together. */
function flavorOf(said: (name: string) => string | undefined): Partial<Flavor> {
  const amount = (name: string): number | undefined => {
    const value = Number(said(name) ?? Number.NaN);
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  const [ram, vcpus, ephemeral] = [amount('memory_mb'), amount('vcpus'), amount('ephemeral_gb')];
  const whole = amount('disk_gb');
  const disk =
    amount('root_gb') ?? (whole === undefined ? undefined : Math.max(0, whole - (ephemeral ?? 0)));
  const [name, id] = [said('instance_type'), said('instance_flavor_id')];
  return {
    ...(name !== undefined && { original_name: name }),
    ...(id !== undefined && { id }),
    ...(ram !== undefined && { ram }),
    ...(vcpus !== undefined && { vcpus }),
    ...(ephemeral !== undefined && { ephemeral }),
    ...(disk !== undefined && { disk }),
  };
}

/**
 * The facts of a server after a report: what it does not say is as before. Undefined if the server is not
 * known, and the report does not say its project, its state and its host.
 */
export function factsAfter(
  report: ServerReport,
  existing: Instance | undefined,
): InstanceFacts | undefined {
  const { reported_at } = report;
  const created_at = existing?.created_at ?? report.launched_at ?? reported_at;
  const vm_state = report.vm_state ?? existing?.vm_state;
  const { host = existing?.host } = report;
  const same = existing?.vm_state === vm_state ? existing : undefined;
  return InstanceFacts.safeParse({
    name: report.name ?? existing?.name ?? '',
    project_id: existing?.project_id ?? report.project_id,
    user_id: report.user_id ?? existing?.user_id ?? '',
    host,
    vm_state,
    power_state: same?.power_state ?? (vm_state && powerStateOf(vm_state)),
    task_state: same?.task_state ?? null,
    created_at,
    launched_at: report.launched_at ?? existing?.launched_at ?? null,
    terminated_at: null,
    flavor: { ...(existing?.flavor ?? unknownFlavor), ...report.flavor },
    image_id: existing?.image_id ?? '',
    addresses: existing?.addresses ?? {},
    metadata: existing?.metadata ?? {},
    availability_zone: report.availability_zone ?? existing?.availability_zone ?? 'nova',
  }).data;
}
