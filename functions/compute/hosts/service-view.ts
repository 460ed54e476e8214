import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import type { Host, HostState } from '../../../domain/hosts/host.ts';
import { microseconds } from '../../../domain/time.ts';

/** A host's nova-compute service, with exactly Nova's keys: tempest rejects extras. */
export const serviceView = (host: Host, state: HostState, microversion: Microversion) => ({
  id: atLeast(microversion, '2.53') ? host.service_id : host.service_number,
  binary: 'nova-compute',
  host: host.host,
  zone: host.zone,
  status: host.status,
  state,
  updated_at: microseconds(lastReport(host)),
  disabled_reason: host.disabled_reason,
  ...(atLeast(microversion, '2.11') ? { forced_down: host.forced_down } : {}),
});

/** Nova's services touch their row with each heartbeat. */
const lastReport = ({ updated_at, last_seen_up }: Host): string =>
  last_seen_up !== null && last_seen_up > updated_at ? last_seen_up : updated_at;
