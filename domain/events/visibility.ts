import { definitionOf } from './catalogue.ts';
import type { DoctorEvent } from './event.ts';

/**
 * The event as its tenant may see it: only the traits that the catalogue lists for tenants. Alarms of
 * a project are matched against this, or a condition could ask where an instance runs.
 */
export function forTenant(event: DoctorEvent): DoctorEvent {
  const { tenant } = definitionOf(event.event_type);
  return { ...event, traits: event.traits.filter(([name]) => Object.hasOwn(tenant, name)) };
}
