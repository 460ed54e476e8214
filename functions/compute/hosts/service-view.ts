import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import { microseconds } from '../../../dialects/openstack-times.ts';
import { type HostState, lastReport } from '../../../domain/hosts/host.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';

/** The state, the microversion and the time at which a service is shown. */
type ServiceView = {
  readonly state: HostState;
  readonly microversion: Microversion;
  readonly now: string;
};

/** A host's nova-compute service, with exactly Nova's keys: tempest refuses others. */
export const serviceView = (host: ListedHost, { state, microversion, now }: ServiceView) => ({
  id: atLeast(microversion, '2.53') ? host.service_id : host.service_number,
  binary: 'nova-compute',
  host: host.host,
  zone: host.zone,
  status: host.status,
  state,
  updated_at: microseconds(lastReport(host, state, now)),
  disabled_reason: host.disabled_reason,
  ...(atLeast(microversion, '2.11') ? { forced_down: host.forced_down } : {}),
});
