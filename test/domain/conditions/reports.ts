/** Observations and reports of monitors for tests. */
import type { Observation } from '../../../domain/conditions/observation.ts';
import { defaultSettings, type Source } from '../../../domain/conditions/source.ts';
import { minute } from '../rows.ts';

/** A source with the default settings, unless others are given. */
export const sourceWith = (name: string, given: Partial<Source> = {}): Source => ({
  ...defaultSettings,
  name,
  ...given,
});

/** The raise of a critical condition of compute-1 that does not say whether the host is fenced. */
export const observed = (given: Partial<Observation> = {}): Observation => ({
  key: 'k',
  status: 'raised',
  target: { kind: 'host', host: 'compute-1' },
  effect: 'host_down',
  severity: 'critical',
  cause: '',
  observed_at: null,
  fenced: null,
  ...given,
});

/** The sender of reports, at a minute. */
export const sender = (n = 20) => ({
  actor: { user_id: 'monitor', request_id: `req-${n}`, at: minute(n) },
  reporter: { user_id: 'monitor', user_name: 'doctor', project_id: 'ops' },
});
