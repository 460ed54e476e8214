/**
 * What a `port.*` event of Neutron, as Ceilometer publishes it, says about its port. Only what its
 * traits say is taken. Source: docs/wire/cloud-listings.md#events-of-ports.
 */
import * as z from 'zod';
import { type DoctorEvent, traitText } from '../events/event.ts';
import { PortFacts, PortStatus, unknownPort, vnicTypes } from '../ports/port.ts';
import { parseMoment } from '../time.ts';
import type { PortReport } from './mirrored-port.ts';
import type { SeenPort } from './seen.ts';

/** What an event says; `deleted` is final, because Neutron gives an id only once. */
export type PortEventReport =
  | { readonly kind: 'deleted'; readonly id: string }
  | {
      readonly kind: 'changed';
      readonly id: string;
      readonly report: PortReport;
      /** The whole port, if the event says enough to make it; what it leaves out is empty. */
      readonly port: SeenPort | undefined;
    };

const Id = z.guid().transform((text) => text.toLowerCase());
const Revision = z.coerce.number().pipe(z.int().min(1));

const types = new Set(['port.create.end', 'port.update.end', 'port.delete.end']);

/** The report of an event; undefined if it is about no port, or does not say its revision. */
export function portReport(event: DoctorEvent): PortEventReport | undefined {
  if (!types.has(event.event_type)) return undefined;
  const said = (...names: readonly string[]) => traitText(event, ...names) || undefined;
  const { data: id } = Id.safeParse(said('resource_id'));
  if (id === undefined) return undefined;
  if (event.event_type === 'port.delete.end') return { kind: 'deleted', id };
  const { data: revision } = Revision.safeParse(said('revision_number'));
  const generated = parseMoment(event.generated);
  if (revision === undefined || generated === undefined) return undefined;
  const facts = factsOf(event, said);
  const report: PortReport = {
    // Traits leave some facts out: the next walk reads the revision whole.
    revision: revision - 1,
    changed_at: parseMoment(said('updated_at') ?? '') ?? generated,
    facts,
    status: PortStatus.safeParse(said('status')).data,
  };
  return { kind: 'changed', id, report, port: wholePort(id, report, event, generated) };
}

/** The facts that traits say. An empty text is a fact too, as of a port that is bound to no host. */
function factsOf(
  event: DoctorEvent,
  said: (...names: readonly string[]) => string | undefined,
): Partial<PortFacts> {
  const text = (name: string) => traitText(event, name);
  const up = text('admin_state_up')?.toLowerCase();
  const { data: vnic } = z.enum(vnicTypes).safeParse(said('vnic_type'));
  const { data } = PortFacts.partial().safeParse({
    name: text('name'),
    device_id: text('device_id') ?? text('instance_id'),
    device_owner: text('device_owner'),
    mac_address: said('mac_address')?.toLowerCase(),
    'binding:host_id': text('host'),
    ...(vnic && { 'binding:vnic_type': vnic }),
    ...((up === 'true' || up === 'false') && { admin_state_up: up === 'true' }),
  });
  const given = Object.entries(data ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** A port needs a network, an address and its owner's project. */
function wholePort(
  id: string,
  { revision, changed_at, facts, status = 'DOWN' }: PortReport,
  event: DoctorEvent,
  read_at: string,
): SeenPort | undefined {
  const { data: network_id } = Id.safeParse(traitText(event, 'network_id'));
  const project_id = traitText(event, 'project_id', 'tenant_id');
  const { mac_address } = facts;
  if (network_id === undefined || !project_id || mac_address === undefined) return undefined;
  const whole = { ...unknownPort, ...facts, mac_address };
  const seen = {
    id,
    network_id,
    project_id,
    facts: whole,
    status,
    tags: [],
    data_plane_status: null,
  };
  return { ...seen, revision, changed_at, read_at };
}
