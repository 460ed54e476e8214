import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { stateDir } from '../../scripts/stack/state.ts';

const Key = z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) });
const Index = z.strictObject({
  IndexName: z.string(),
  KeySchema: z.array(Key),
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});
const Definition = z.object({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['B', 'N', 'S']) }),
  ),
  KeySchema: z.array(Key),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']),
  GlobalSecondaryIndexes: z.array(Index).optional(),
  StreamSpecification: z
    .strictObject({
      StreamViewType: z.enum(['KEYS_ONLY', 'NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE']),
    })
    .optional(),
});

/** The request that creates a table, without the table's name. */
export type Definition = z.infer<typeof Definition>;

const Template = z.object({
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })),
  Resources: z.record(z.string(), z.object({ Properties: z.unknown().optional() })),
});

/**
 * Reads the deployed template, so that the tables of tests cannot differ from the stack's. The
 * template exists already; the CDK would take seconds to make it again.
 * @returns a function that returns the definition of the table that an output names, and throws if
 * there is none.
 */
export function readDefinitions(): (output: string) => Definition {
  const file = join(stateDir, 'cdk.out', 'Doctor.template.json');
  const { Outputs, Resources } = Template.parse(JSON.parse(readFileSync(file, 'utf8')));
  return (output) => {
    const { Ref } = z.object({ Ref: z.string() }).parse(Outputs[output]?.Value);
    return Definition.parse(Resources[Ref]?.Properties);
  };
}
