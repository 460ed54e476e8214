import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** A CloudFormation template, as far as data is lost by changing it. */
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

/** The types of resources that hold what users made, and how to name one to them. */
const holders: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'the rows of table',
  'AWS::SecretsManager::Secret': 'the secret',
  'AWS::SNS::Topic': 'the subscriptions of topic',
  'AWS::SQS::Queue': 'the messages of queue',
};

/**
 * What deploying `after` over `before` would delete of users' data, a phrase each: resources that
 * are gone or have another logical id, and tables with another key, which CloudFormation replaces.
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
