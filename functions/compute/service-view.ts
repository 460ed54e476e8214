import { atLeast, type Microversion } from '../../adapters/http/microversion.ts';
import { type Host, stateOf } from '../../domain/host.ts';
import { microseconds } from '../../domain/time.ts';

/** A host's nova-compute service, with exactly Nova's keys: tempest rejects extras. */
export const serviceView = (host: Host, microversion: Microversion) => ({
  id: atLeast(microversion, '2.53') ? host.service_id : host.service_number,
  binary: 'nova-compute',
  host: host.host,
  zone: host.zone,
  status: host.status,
  state: stateOf(host),
  updated_at: microseconds(host.updated_at),
  disabled_reason: host.disabled_reason,
  ...(atLeast(microversion, '2.11') ? { forced_down: host.forced_down } : {}),
});
