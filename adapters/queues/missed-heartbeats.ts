/** Sends missed heartbeats, and their ends. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { MissedHeartbeatsMessage } from '../../domain/conditions/missed-heartbeats.ts';
import { toJson } from '../../domain/json.ts';
import { packed } from '../../domain/slices.ts';
import { bytesOf, maxBytes, sendMessages } from './send-messages.ts';

/** Hosts in a message of missed heartbeats: several receivers share the hosts of a large fault. */
const hostsPerMessage = 10;

/** Sends to the queue of reports what Doctor finds itself. */
export const missedHeartbeatsQueue = (client: SQSClient, url: string) => {
  const send = (messages: readonly MissedHeartbeatsMessage[]): Promise<void> =>
    sendMessages(
      client,
      url,
      messages.map((message) => ({ body: toJson(message), delaySeconds: 0 })),
    );
  return {
    /**
     * Durably queues that the hosts miss their heartbeats. `awake_since`: Doctor could receive no
     * heartbeat before. `found_at`: when the hosts were looked at.
     */
    sendMissed: (
      hosts: readonly string[],
      when: { readonly awake_since: string; readonly found_at: string },
    ): Promise<void> =>
      send(
        packed(hosts, { most: hostsPerMessage, size: maxBytes, sizeOf: bytesOf }).map(
          (missed): MissedHeartbeatsMessage => ({ missed, ...when }),
        ),
      ),
    /** Durably queues that hosts that missed their heartbeats send them again. */
    sendHeard: (hosts: readonly string[]): Promise<void> =>
      send(
        packed(hosts, { most: hostsPerMessage, size: maxBytes, sizeOf: bytesOf }).map(
          (heard): MissedHeartbeatsMessage => ({ heard }),
        ),
      ),
  };
};
