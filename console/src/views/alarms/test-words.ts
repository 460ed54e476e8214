/** Describes a test of an alarm in words. Pure functions. */

/** The parts of a test that are described. */
type Tested = {
  readonly enabled: boolean;
  readonly silenced_by: string | null;
  /** Null before the message is published. */
  readonly published_at: string | null;
  readonly webhooks: readonly {
    readonly action: string;
    readonly result: string;
    readonly attempts: number;
    readonly status: number | null;
    readonly reason: string;
  }[];
  readonly subscriptions: readonly {
    readonly id: string;
    readonly protocol: string;
    readonly endpoint: string;
    readonly group: string | null;
  }[];
};

/** A receiver of a test, as a row shows it. */
export type TestReceiver = {
  readonly key: string;
  readonly kind: string;
  readonly address: string;
  /** The result of a webhook; `published` for a subscription, which SNS sends to. */
  readonly outcome: string;
  /** Tries of a webhook; undefined for a subscription. */
  readonly tries: number | undefined;
  readonly reason: string;
};

/** The receivers: webhooks first. */
export const receiversOf = ({ webhooks, subscriptions, published_at }: Tested): TestReceiver[] => [
  ...webhooks.map(
    ({ action, result, attempts, status, reason }, n): TestReceiver => ({
      key: `webhook ${n}`,
      kind: 'webhook',
      address: action,
      outcome: result,
      tries: attempts,
      reason: reason || (status === null ? '' : `answered ${status}`),
    }),
  ),
  ...subscriptions.map(
    ({ id, protocol, endpoint, group }): TestReceiver => ({
      key: id,
      kind: group === null ? protocol : `${protocol}, group`,
      address: endpoint,
      outcome: published_at === null ? 'pending' : 'published',
      tries: undefined,
      reason: 'SNS delivers it, if the subscription is confirmed',
    }),
  ),
];

const open = new Set(['pending', 'retrying']);

/** Whether an outcome may still change. */
export const isOpenTest = ({
  webhooks,
  published_at,
}: Pick<Tested, 'webhooks' | 'published_at'>): boolean =>
  published_at === null || webhooks.some(({ result }) => open.has(result));

/** Why a true notification would not be sent now, although the test was; empty if it would be. */
export const remarksOn = ({ enabled, silenced_by }: Tested): string[] => [
  ...(enabled ? [] : ['The alarm is disabled: it sends nothing but tests.']),
  ...(silenced_by === null
    ? []
    : ['A silence holds the notifications of this alarm back. Tests are sent all the same.']),
];
