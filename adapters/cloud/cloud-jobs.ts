/** The table `cloud`: a row for each job that mirrors the cloud. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { CloudJob, type CloudJobName, newJob } from '../../domain/mirror/cloud-job.ts';
import type { CloudJobStore } from '../../flows/request-walk.ts';
import { ifUnchanged } from '../dynamodb.ts';

/** Reads and writes the rows of jobs. */
export const cloudJobs = (client: DynamoDBDocumentClient, table: string): CloudJobStore => ({
  cloudJob: async (id: CloudJobName): Promise<CloudJob> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    return row ? CloudJob.parse(row) : newJob(id);
  },

  saveCloudJob: (job: CloudJob): Promise<boolean> =>
    ifUnchanged(
      client.send(
        new PutCommand({
          TableName: table,
          Item: job,
          ConditionExpression: 'attribute_not_exists(id) OR version = :before',
          ExpressionAttributeValues: { ':before': job.version - 1 },
        }),
      ),
    ),
});
