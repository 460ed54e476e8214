/** Reads the proof of events that were sent beside their transaction: `openedFault` writes it. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { WriteProof } from '../../domain/events/messages.ts';
import type { ProofDeps, ProofState } from '../../flows/proven.ts';

/** For readers of queues whose events have no proof: none shows. */
export const noProofs: ProofDeps = { proofState: async () => 'open' };

/** Reads the table `faults`. */
export const faultProofs = (client: DynamoDBDocumentClient, table: string) => ({
  /** Whether the transaction of the proof was written, read consistently. */
  proofState: async ({ host, number, write_id }: WriteProof): Promise<ProofState> => {
    const { Item: row } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { host, number },
        ProjectionExpression: 'write_id',
        ConsistentRead: true,
      }),
    );
    if (!row) return 'open';
    return row.write_id === write_id ? 'written' : 'refused';
  },
});
