/** A tenant that gets notifications of what monitors report. */
import { readAccount } from '../../stack/accounts.ts';
import { type Client, login } from '../../stack/api.ts';
import { Refusal } from '../../stack/progress.ts';
import { subscribe } from '../../stack/subscriber.ts';
import type { World } from '../program.ts';

export type NotifiedTenant = {
  readonly tenant: Client;
  /**
   * Creates an alarm on events of a type with these traits. Every matching event sends a
   * notification.
   */
  readonly alarmOn: (event_type: string, traits: Readonly<Record<string, string>>) => Promise<void>;
  /**
   * Waits for the next notification. Returns when it arrived at the tenant's queue, in ms since
   * 1970.
   */
  readonly notified: () => Promise<number>;
  readonly close: () => Promise<void>;
};

/** How long to wait for a notification, the monitor's own intervals included. */
const patienceMs = 90_000;

/** Subscribes a queue of tenant-a to the notifications of its project. */
export async function notifiedTenant({ stack }: World): Promise<NotifiedTenant> {
  const { endpoint, outputs } = stack;
  const tenant = await login(outputs.ApiUrl ?? '', readAccount('tenant-a'));
  const topic = outputs.NotificationsTopicArn ?? '';
  const queue = await subscribe(endpoint, topic, { project_id: [tenant.projectId] });
  return {
    tenant,
    alarmOn: async (event_type, traits) => {
      const query = Object.entries(traits).map(([name, value]) => ({
        field: `traits.${name}`,
        op: 'eq',
        type: 'string',
        value,
      }));
      const event_rule = { event_type, query };
      const alarm = { name: 'a fault', type: 'event', repeat_actions: true, event_rule };
      await tenant.expect('POST', '/alarming/v2/alarms', { body: alarm });
    },
    notified: async () => {
      const [notification] = await queue.receive(1, patienceMs);
      if (!notification) throw new Refusal(`no notification within ${patienceMs / 1000} s`);
      return notification.sentAt;
    },
    close: () => queue.close(),
  };
}
