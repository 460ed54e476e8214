import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { DoctorStack, type DoctorStackProps } from '../../infra/service.ts';

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

type Variables = ReadonlyMap<string, Record<string, string>>;

/**
 * The variables of each deployed function, by its name. Names that AWS chooses are replaced by
 * URLs, which are valid names too. The functions that mirror a cloud have them as deployed beside
 * one, all others without.
 */
export const environments = (): Variables =>
  new Map([
    ...deployed({ inventoryFromEvents: true, cloud: 'cloud' }),
    ...deployed({ inventoryFromEvents: true }),
  ]);

function deployed(settings: NonNullable<DoctorStackProps['settings']>): Variables {
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
