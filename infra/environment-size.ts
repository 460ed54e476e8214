/**
 * Checks that a function's environment is within the limit of AWS, which emulators do not check.
 * Names that AWS chooses are unknown at synth, so each is counted at its longest.
 */
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The limit in bytes of all variables of a function together, as JSON. Source: AWS Lambda's quotas.
 */
export const mostEnvironmentBytes = 4096;

/** Characters before a name in an ARN or a queue's URL, in the region with the longest name. */
const longestPrefix = 70;
/** Characters of the hyphen and the random end of a name that CloudFormation makes. */
const randomEnd = 14;
/** Characters of a pseudo parameter, or of any other intrinsic function. */
const longestOther = 32;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/**
 * The length of a resource's name, ARN or URL.
 * @param attribute `QueueName` or `TopicName` for the name alone.
 */
type NameLength = (logicalId: string, attribute?: unknown) => number;

/** The largest number of bytes that a value of the template can have when it is deployed. */
function longest(value: unknown, nameOf: NameLength): number {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value)) - 2;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(Object(value));
  if (intrinsic === 'Ref' && typeof argument === 'string') return nameOf(argument);
  if (!isList(argument)) return longestOther;
  const [first, second] = argument;
  if (intrinsic === 'Fn::GetAtt' && typeof first === 'string') return nameOf(first, second);
  if (intrinsic !== 'Fn::Join' || typeof first !== 'string' || !isList(second)) return longestOther;
  const parts = second.reduce((sum: number, part) => sum + longest(part, nameOf), 0);
  return parts + first.length * Math.max(0, second.length - 1);
}

/** The largest number of bytes that the variables of a function in this scope's stack can have. */
export function environmentBytes(
  scope: IConstruct,
  variables: Readonly<Record<string, string>>,
): number {
  const stack = Stack.of(scope);
  const types = new Map(
    stack.node
      .findAll()
      .filter((each) => CfnResource.isCfnResource(each))
      .map((each) => [String(stack.resolve(each.logicalId)), each.cfnResourceType]),
  );
  const nameOf: NameLength = (logicalId, attribute) => {
    const type = types.get(logicalId);
    if (type === undefined) return longestOther;
    const name = stack.stackName.length + 1 + logicalId.length + randomEnd;
    const isName =
      type === 'AWS::DynamoDB::Table' || attribute === 'QueueName' || attribute === 'TopicName';
    return isName ? name : name + longestPrefix;
  };
  return Object.entries(variables).reduce(
    (sum, [name, value]) => sum + name.length + longest(stack.resolve(value), nameOf) + 6,
    2,
  );
}

/** Fails the synth if a function's environment may be too large; the error names the settings to shorten. */
export function requireFittingEnvironment(
  scope: IConstruct,
  name: string,
  variables: Readonly<Record<string, string>>,
): void {
  scope.node.addValidation({
    validate: () => {
      const bytes = environmentBytes(scope, variables);
      if (bytes <= mostEnvironmentBytes) return [];
      return [
        `the environment of the function ${name} may take ${bytes} bytes, and AWS takes ${mostEnvironmentBytes}: ` +
          'lower notificationTopics, or shorten actionTopics, webhookAllowedRanges or corsAllowedOrigins',
      ];
    },
  });
}
