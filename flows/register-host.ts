/** Registers hosts, as feeds report them. */

import { hostEvent } from '../domain/events/event.ts';
import type { Host, HostFacts } from '../domain/hosts/host.ts';
import { registeredHost } from '../domain/hosts/registered-host.ts';
import { sendExpress } from './events-out.ts';
import type { RegisterDeps, Registered, ReportOrigin } from './registration.ts';
import { untilWritten } from './retry.ts';

/** Registers a host, or updates its facts. */
export async function registerHost(
  deps: RegisterDeps,
  host: string,
  registration: { readonly facts: HostFacts } & ReportOrigin,
): Promise<Registered<Host>> {
  const outcome = await untilWritten(async () => {
    const from = await deps.host(host);
    const fresh = !from || from.deleted;
    const number = fresh ? await deps.nextServiceNumber() : from.service_number;
    const next = registeredHost(from, host, { ...registration, newId: deps.newId }, number);
    if (next.kind === 'stale' || next.kind === 'same') return next;
    return (await deps.saveHost(from, next.row)) ? next : undefined;
  });
  if (outcome.kind === 'created' || outcome.kind === 'changed') {
    await sendExpress(deps, [hostEvent(outcome.row)]);
  }
  return outcome;
}
