import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { DoctorStack } from '../../infra/service.ts';

const FunctionResource = z.object({
  Properties: z.object({
    Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
  }),
});

const Joined = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });

/** The value of a variable, with a URL in place of each name that AWS chooses. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { data } = Joined.safeParse(value);
  if (!data) return 'https://sqs.eu-west-1.amazonaws.com/1/name';
  const [separator, parts] = data['Fn::Join'];
  return parts.map(textOf).join(separator);
}

/** Settings with which every function is deployed, the optional ones too. */
const settings = { cloud: 'cloud', inventoryFromEvents: true };

/**
 * The variables of each deployed function, by its name. Names that AWS chooses are replaced by
 * URLs, which are valid names too.
 */
export function environments(): ReadonlyMap<string, Record<string, string>> {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack: Stack = new DoctorStack(app, 'Doctor', { target: 'aws', settings });
  const found = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  return new Map(
    Object.values(found).flatMap((resource): [string, Record<string, string>][] => {
      const { Variables = {} } = FunctionResource.parse(resource).Properties.Environment ?? {};
      const texts = Object.entries(Variables).map(([name, value]): [string, string] => [
        name,
        textOf(value),
      ]);
      const name = Variables.POWERTOOLS_SERVICE_NAME;
      return typeof name === 'string' ? [[name, Object.fromEntries(texts)]] : [];
    }),
  );
}
