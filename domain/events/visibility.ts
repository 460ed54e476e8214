import { definitionOf } from './catalogue.ts';
import type { DoctorEvent } from './event.ts';

/**
 * The event as its tenant may see it: with the traits that the catalogue lists for tenants only.
 * The alarms of a project are matched against this event. Otherwise a tenant could find out by
 * conditions on which host an instance runs.
 */
export function forTenant(event: DoctorEvent): DoctorEvent {
  const { tenant } = definitionOf(event.event_type);
  return { ...event, traits: event.traits.filter(([name]) => Object.hasOwn(tenant, name)) };
}
