/** Schemas of what AWS puts around Doctor's messages, with the parts that tests read. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';

/** A text that holds JSON of that schema. */
export const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

/** The event of a Lambda behind a queue. */
export const sqsEvent = <T extends z.ZodType>(body: T) =>
  z.object({
    Records: z.array(
      z.object({
        messageId: z.uuid(),
        body: json(body),
        attributes: z.object({
          ApproximateReceiveCount: z.string().regex(/^[1-9]\d*$/),
          SentTimestamp: z.string().regex(/^\d{13}$/),
        }),
        eventSource: z.literal('aws:sqs'),
        eventSourceARN: z.string().startsWith('arn:aws:sqs:'),
      }),
    ),
  });

/** A value as DynamoDB writes it, read as the value that it is. */
const Attribute: z.ZodType<unknown> = z.lazy(() =>
  z.union([
    z.strictObject({ S: z.string() }).transform(({ S }) => S),
    z.strictObject({ N: z.string() }).transform(({ N }) => Number(N)),
    z.strictObject({ BOOL: z.boolean() }).transform(({ BOOL }) => BOOL),
    z.strictObject({ NULL: z.literal(true) }).transform(() => null),
    z.strictObject({ L: z.array(Attribute) }).transform(({ L }) => L),
    z.strictObject({ M: z.record(z.string(), Attribute) }).transform(({ M }) => M),
  ]),
);

/** The event of a Lambda behind a table's stream; images are of the given rows. */
export const streamEvent = <T extends z.ZodObject>(row: T) => {
  const image = z.record(z.string(), Attribute).pipe(row);
  return z.object({
    Records: z.array(
      z.object({
        eventID: z.string(),
        eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
        eventSource: z.literal('aws:dynamodb'),
        dynamodb: z.object({
          Keys: z.record(z.string(), Attribute),
          NewImage: image.optional(),
          OldImage: image.optional(),
          SequenceNumber: z.string(),
          StreamViewType: z.literal('NEW_AND_OLD_IMAGES'),
        }),
        eventSourceARN: z.string().startsWith('arn:aws:dynamodb:'),
      }),
    ),
  });
};

/** A message of a topic as it arrives at a queue without raw delivery. */
export const snsEnvelope = <T extends z.ZodType>(message: T) =>
  z.object({
    Type: z.literal('Notification'),
    MessageId: z.uuid(),
    TopicArn: z.string().startsWith('arn:aws:sns:'),
    Message: json(message),
    Timestamp: z.iso.datetime(),
    MessageAttributes: z.record(
      z.string(),
      z.object({ Type: z.enum(['String', 'String.Array']), Value: z.string().min(1) }),
    ),
  });

/** The event of a scheduled rule of EventBridge. */
export const ScheduledEvent = z.object({
  'detail-type': z.literal('Scheduled Event'),
  source: z.literal('aws.events'),
  time: z.iso.datetime(),
  resources: z.array(z.string()),
  detail: z.strictObject({}),
});

const ProxyShape = z.object({
  resource: z.string(),
  path: z.string().startsWith('/'),
  httpMethod: z.string(),
  headers: z.record(z.string(), z.string()),
  multiValueHeaders: z.record(z.string(), z.array(z.string())),
  queryStringParameters: z.record(z.string(), z.string()).nullable(),
  multiValueQueryStringParameters: z.record(z.string(), z.array(z.string())).nullable(),
  pathParameters: z.record(z.string(), z.string()).nullable(),
  stageVariables: z.record(z.string(), z.string()).nullable(),
  requestContext: z.object({
    path: z.string(),
    stage: z.string(),
    requestId: z.string(),
    domainName: z.string().optional(),
  }),
  body: z.string().nullable(),
  isBase64Encoded: z.boolean(),
});

/** API Gateway's proxy event of a REST API, payload 1.0; emulators leave out some of the context. */
export const ProxyEvent = z.custom<APIGatewayProxyEvent>(
  (value) => ProxyShape.safeParse(value).success,
);
