/** Writes the outcomes of faults in the cloud into the table `faults`. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CloudOutcome } from '../../domain/hosts/cloud-outcome.ts';
import { ifUnchanged } from '../dynamodb.ts';

/** The key of a fault, and its id if it must have that one. */
type FaultKey = { readonly host: string; readonly number: number; readonly fault_id?: string };

export const faultOutcomes = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** Puts the outcome on the fault's row; a fault that does not exist, or has another id, is left out. */
  noteOutcome: async (
    { host, number, fault_id }: FaultKey,
    outcome: CloudOutcome,
  ): Promise<void> => {
    await ifUnchanged(
      client.send(
        new UpdateCommand({
          TableName,
          Key: { host, number },
          UpdateExpression: 'SET applied_to_cloud = :outcome',
          ConditionExpression:
            fault_id === undefined ? 'attribute_exists(fault_id)' : 'fault_id = :id',
          ExpressionAttributeValues: {
            ':outcome': outcome,
            ...(fault_id !== undefined && { ':id': fault_id }),
          },
        }),
      ),
    );
  },
});
