/** Parses registrations of hosts and servers, and fills in what they leave out. */
import * as z from 'zod';
import { MomentText } from '../../adapters/http/moment-text.ts';
import { HostFacts, unknownHost } from '../../domain/hosts/host.ts';
import {
  Flavor,
  type Instance,
  InstanceFacts,
  PowerState,
  type PowerStateName,
  powerStateOf,
  powerStates,
  unknownFlavor,
} from '../../domain/servers/instance.ts';

/** The query of a DELETE: the time of the report; undefined if it is not given. */
export const ReportedAt = z
  .object({ reported_at: z.array(MomentText).optional() })
  .transform(({ reported_at }) => reported_at?.at(-1));

const { shape: hostFacts } = HostFacts;

/** The body that registers a host. */
export const HostInput = z
  .strictObject({
    zone: hostFacts.zone.default(unknownHost.zone),
    heartbeat: hostFacts.heartbeat.default(unknownHost.heartbeat),
    hypervisor_type: hostFacts.hypervisor_type.default(unknownHost.hypervisor_type),
    hypervisor_version: hostFacts.hypervisor_version.default(unknownHost.hypervisor_version),
    host_ip: hostFacts.host_ip.default(unknownHost.host_ip),
    vcpus: hostFacts.vcpus.default(unknownHost.vcpus),
    memory_mb: hostFacts.memory_mb.default(unknownHost.memory_mb),
    local_gb: hostFacts.local_gb.default(unknownHost.local_gb),
    reported_at: MomentText.optional(),
  })
  .transform(({ reported_at, ...facts }) => ({ facts, reported_at }));

const { shape: flavor } = Flavor;
const { shape: facts } = InstanceFacts;

const names = Object.keys(powerStates);
const isName = (text: string): text is PowerStateName => names.includes(text);

/** In bytes of JSON. A row of DynamoDB has at most 400 kB, and holds more than the registration. */
const maxBytes = 128 * 1024;

/** The body that registers a server. */
export const InstanceInput = z
  .strictObject({
    name: facts.name,
    project_id: facts.project_id,
    user_id: facts.user_id.default(''),
    host: facts.host,
    vm_state: facts.vm_state,
    /** By number or by name; absent: the one that belongs to the `vm_state`. */
    power_state: z
      .union([PowerState, z.string().refine(isName, `Must be one of ${names.join(', ')}.`)])
      .transform((state) =>
        typeof state === 'string' && isName(state) ? powerStates[state] : state,
      )
      .pipe(PowerState)
      .optional(),
    task_state: facts.task_state.default(null),
    created: MomentText.optional(),
    launched_at: MomentText.nullable().optional(),
    flavor: z
      .strictObject({
        id: flavor.id.default(unknownFlavor.id),
        original_name: flavor.original_name.default(unknownFlavor.original_name),
        vcpus: flavor.vcpus.default(unknownFlavor.vcpus),
        ram: flavor.ram.default(unknownFlavor.ram),
        disk: flavor.disk.default(unknownFlavor.disk),
        ephemeral: flavor.ephemeral.default(unknownFlavor.ephemeral),
        swap: flavor.swap.default(unknownFlavor.swap),
        extra_specs: flavor.extra_specs.default(unknownFlavor.extra_specs),
      })
      .prefault({}),
    image_id: facts.image_id.default(''),
    addresses: facts.addresses.default({}),
    metadata: facts.metadata.default({}),
    availability_zone: facts.availability_zone.default('nova'),
    reported_at: MomentText.optional(),
  })
  .refine(
    (input) => Buffer.byteLength(JSON.stringify(input)) <= maxBytes,
    `The instance is larger than ${maxBytes} bytes.`,
  );

/**
 * The facts of a registration. Times that it leaves out stay as they are, or get the value for a new
 * instance. @param now the time of creation of a new instance.
 */
export function instanceFacts(
  input: z.infer<typeof InstanceInput>,
  existing: Instance | undefined,
  now: string,
): InstanceFacts {
  const { created, launched_at, power_state, reported_at: _, ...rest } = input;
  const created_at = created ?? existing?.created_at ?? now;
  const launched = input.vm_state === 'building' ? null : created_at;
  return {
    ...rest,
    power_state: power_state ?? powerStateOf(input.vm_state),
    created_at,
    launched_at: launched_at !== undefined ? launched_at : (existing?.launched_at ?? launched),
    terminated_at: null,
  };
}
