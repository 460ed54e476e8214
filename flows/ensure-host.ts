/** Registers a host that an event names. */
import { hostEvent } from '../domain/events/event.ts';
import { registeredHost } from '../domain/hosts/registered-host.ts';
import { sendExpress } from './events-out.ts';
import type { RegisterDeps, ReportOrigin } from './registration.ts';
import { untilWritten } from './retry.ts';

/** What an event says about the host that it names: nothing but its name. */
const facts = {
  ...{ zone: 'nova', heartbeat: false, hypervisor_type: '', hypervisor_version: 0, host_ip: null },
  ...{ vcpus: 0, memory_mb: 0, local_gb: 0 },
};

/**
 * Registers a host if no host of the name, in any spelling, is registered; else it changes nothing. A host
 * that was deleted after the time of the report stays deleted.
 */
export async function ensureHost(
  deps: RegisterDeps,
  name: string,
  origin: ReportOrigin,
): Promise<void> {
  const made = await untilWritten(async () => {
    const from = await deps.host(name);
    if (from && !from.deleted) return 'there';
    const number = await deps.nextServiceNumber();
    const registration = { facts, ...origin, newId: deps.newId };
    const next = registeredHost(from, name, registration, number);
    if (next.kind === 'stale') return 'there';
    return (await deps.saveHost(from, next.row)) ? next.row : undefined;
  });
  if (made !== 'there') await sendExpress(deps, [hostEvent(made)]);
}
