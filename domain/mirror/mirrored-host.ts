/** The row of a host after the cloud's services and hypervisors were read. */
import type { Actor } from '../change.ts';
import type { Observation } from '../conditions/observation.ts';
import { type Host, HostFacts, unknownHost } from '../hosts/host.ts';
import type { ListedHost } from '../hosts/listed-host.ts';
import { registeredHost } from '../hosts/registered-host.ts';
import type { RegistrationOutcome } from '../registration.ts';
import type { CloudHypervisor, NovaService } from './seen.ts';

const factNames = HostFacts.keyof().options;

/** The facts of a host: the zone of its service, and what a hypervisor says; the others are as before. */
export function cloudFacts(
  existing: HostFacts | undefined,
  { zone }: NovaService,
  hypervisor: CloudHypervisor | undefined,
): HostFacts {
  const before = existing ?? unknownHost;
  const kept = Object.fromEntries(factNames.map((name) => [name, before[name]]));
  const { host: _, ...shown } = hypervisor ?? { host: '' };
  return { ...unknownHost, ...kept, ...shown, zone };
}

/** Whether a host that is listed has the facts of the cloud. */
export const hasCloudFacts = (
  listed: ListedHost,
  service: NovaService,
  hypervisor: CloudHypervisor | undefined,
): boolean => {
  const facts = cloudFacts(listed, service, hypervisor);
  return factNames.every((name) => facts[name] === listed[name]);
};

/** The outcome for a host: `kept` if only the mark that the cloud has it is missing. */
export function mirroredHost(
  existing: Host | undefined,
  service: NovaService,
  hypervisor: CloudHypervisor | undefined,
  made: { readonly actor: Actor; readonly newId: () => string; readonly service_number: number },
): RegistrationOutcome<Host> {
  const { service_number, ...by } = made;
  const known = existing?.deleted ? undefined : existing;
  const facts = cloudFacts(known, service, hypervisor);
  const given = { ...by, facts, reported_at: undefined };
  const { kind, row } = registeredHost(existing, service.host, given, service_number);
  if (kind === 'created' || kind === 'changed') return { kind, row: { ...row, mirrored: true } };
  if (!existing) return { kind, row };
  return existing.mirrored
    ? { kind: 'same', row: existing }
    : { kind: 'kept', row: { ...existing, mirrored: true } };
}

/** The source of reports that others make at Nova. */
export const novaSource = 'nova';

/**
 * The report of Nova's flag `forced_down`, which others have set or taken back.
 * @param stops whether a host that is forced down counts as fenced: what the setting `instancesOnForceDown`
 * says of the same request to Doctor.
 */
export const flagObservation = (
  { host, forced_down }: NovaService,
  stops: boolean,
): Observation => ({
  key: 'forced_down',
  status: forced_down ? 'raised' : 'cleared',
  target: { kind: 'host', host },
  effect: 'host_down',
  severity: 'critical',
  cause: 'The service was forced down at Nova.',
  observed_at: null,
  fenced: stops ? true : null,
});
