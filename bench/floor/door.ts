/** Writes one row and queues one message. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { makeDynamo, makeSqs } from '../../adapters/clients.ts';

const dynamo = makeDynamo();
const sqs = makeSqs();

export async function handler({
  body,
  requestContext,
}: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { TABLE: TableName, QUEUE: QueueUrl } = process.env;
  const MessageBody = body ?? '';
  await dynamo.send(
    new PutItemCommand({
      TableName,
      Item: { id: { S: requestContext.requestId }, body: { S: MessageBody } },
    }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  console.log('taken'); // like Doctor's functions; here, a function that logs nothing takes 50 ms longer
  return { statusCode: 200, body: '{}' };
}
