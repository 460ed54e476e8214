/** Registers a host that an event names. */
import { hostEvent } from '../domain/events/event.ts';
import { unknownHost } from '../domain/hosts/host.ts';
import { registeredHost } from '../domain/hosts/registered-host.ts';
import { sendExpress } from './events-out.ts';
import type { RegisterDeps, ReportOrigin } from './registration.ts';
import { untilWritten } from './retry.ts';

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
    const registration = { facts: unknownHost, ...origin, newId: deps.newId };
    const next = registeredHost(from, name, registration, number);
    if (next.kind === 'stale') return 'there';
    return (await deps.saveHost(from, next.row)) ? next.row : undefined;
  });
  if (made !== 'there') await sendExpress(deps, [hostEvent(made)]);
}
