/**
 * The look of states. Each tone is a colour with a different shape, so that states also differ
 * without colour.
 */

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'off';

/** The shape before each state's word. */
export const shapes: Readonly<Record<Tone, string>> = {
  good: '●',
  bad: '▲',
  warn: '◆',
  busy: '◐',
  off: '○',
};

const tones: ReadonlyMap<string, Tone> = new Map<string, Tone>([
  ...[
    'up',
    'active',
    'ok',
    'cleared',
    'enabled',
    'confirmed',
    'done',
    'completed',
    'delivered',
    'published',
  ].map((word) => [word, 'good'] as const),
  ...['down', 'error', 'alarm', 'open', 'raised', 'failed', 'critical', 'given up'].map(
    (word) => [word, 'bad'] as const,
  ),
  ...[
    'silent',
    'stale',
    'shutoff',
    'stopped',
    'pending',
    'major',
    'moderate',
    'incomplete',
    'retrying',
  ].map((word) => [word, 'warn'] as const),
  ...['maintenance', 'accepted', 'rebuild', 'pre-migrating', 'running', 'building'].map(
    (word) => [word, 'busy'] as const,
  ),
]);

/** The tone of a state of any kind; `off` for states that are neither good nor bad. */
export const toneOf = (state: string): Tone => tones.get(state.toLowerCase()) ?? 'off';

export type HostState = 'up' | 'silent' | 'down' | 'maintenance' | 'disabled';

/** The order in which states of hosts are counted and listed: what needs attention first. */
export const hostStates: readonly HostState[] = ['down', 'silent', 'maintenance', 'disabled', 'up'];

type HostFacts = {
  readonly state: 'up' | 'down';
  readonly status: 'enabled' | 'disabled';
  readonly forced_down: boolean;
  readonly maintenance: boolean;
};

/** The one state in which a host is shown: the first of the list that fits, as in `GET /doctor/v1/status`. */
export function hostState({ state, status, forced_down, maintenance }: HostFacts): HostState {
  if (forced_down) return 'down';
  if (state === 'down') return 'silent';
  if (maintenance) return 'maintenance';
  return status === 'disabled' ? 'disabled' : 'up';
}
