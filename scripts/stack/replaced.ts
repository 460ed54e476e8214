import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** The parts of a CloudFormation template whose change can delete data. */
export const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.object({ KeySchema: z.unknown() }).partial().optional(),
    }),
  ),
});
export type Template = z.infer<typeof Template>;

/** The types of resources that hold users' data, and the word for each in messages. */
const holders: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'the rows of table',
  'AWS::SecretsManager::Secret': 'the secret',
  'AWS::SNS::Topic': 'the subscriptions of topic',
  'AWS::SQS::Queue': 'the messages of queue',
};

/**
 * The users' data that a deployment of `after` over `before` would delete, one phrase for each
 * resource. CloudFormation deletes resources that are missing or have another logical id, and
 * replaces tables with another key.
 */
export function lostBy(before: Template, after: Template): string[] {
  return Object.entries(before.Resources).flatMap(([id, { Type, Properties }]) => {
    const held = holders[Type];
    if (held === undefined) return [];
    const now = after.Resources[id];
    const stays =
      now?.Type === Type && isDeepStrictEqual(now.Properties?.KeySchema, Properties?.KeySchema);
    return stays ? [] : [`${held} ${id}`];
  });
}
