import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { DoctorStack } from '../../infra/service.ts';

const FunctionResource = z.object({
  Properties: z.object({
    Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
  }),
});

/** The variables of each function by its name, as deployed; names that AWS gives are `name`. */
export function environments(): ReadonlyMap<string, Record<string, string>> {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack: Stack = new DoctorStack(app, 'Doctor', { target: 'aws' });
  const found = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  return new Map(
    Object.values(found).flatMap((resource): [string, Record<string, string>][] => {
      const { Variables = {} } = FunctionResource.parse(resource).Properties.Environment ?? {};
      const texts = Object.entries(Variables).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : 'name',
      ]);
      const name = Variables.POWERTOOLS_SERVICE_NAME;
      return typeof name === 'string' ? [[name, Object.fromEntries(texts)]] : [];
    }),
  );
}
