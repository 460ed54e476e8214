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

/** The value of a variable as AWS would have it, with a URL in place of each name that AWS gives. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { data } = Joined.safeParse(value);
  if (!data) return 'https://sqs.eu-west-1.amazonaws.com/1/name';
  const [separator, parts] = data['Fn::Join'];
  return parts.map(textOf).join(separator);
}

/** The settings with which each function is deployed, those that are optional too. */
const settings = { cloud: 'cloud', inventoryFromEvents: true };

/**
 * The variables of each function by its name, as deployed; names that AWS gives are URLs, which are
 * names, too.
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
