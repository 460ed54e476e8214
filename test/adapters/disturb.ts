/** Disturbs calls by a middleware of the SDK: failures that the embedded stack never causes itself. */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * A disturbance of a call: it changes the input before it is sent, and the output if a function is
 * given.
 */
export type Disturbance = (input: object) => undefined | ((output: object) => void);

/**
 * Disturbs the next calls of a command, each by one of the disturbances. Later calls are not
 * disturbed.
 * @returns the inputs of all calls of the command, as the code requested them.
 */
export function disturb(
  clients: { dynamo?: DynamoDBDocumentClient; sqs?: SQSClient; sns?: SNSClient },
  command: string,
  ...disturbances: readonly Disturbance[]
): object[] {
  const inputs: object[] = [];
  const middleware =
    <Args extends { input: object }, Answer extends { output: object }>(
      next: (args: Args) => Promise<Answer>,
      { commandName }: { commandName?: string },
    ) =>
    async (args: Args): Promise<Answer> => {
      if (commandName !== `${command}Command`) return next(args);
      const disturbance = disturbances[inputs.length];
      inputs.push(structuredClone(args.input));
      const finish = disturbance?.(args.input);
      const answer = await next(args);
      finish?.(answer.output);
      return answer;
    };
  const options = { step: 'initialize', priority: 'high', name: 'disturbance' } as const;
  clients.dynamo?.middlewareStack.add(middleware, options);
  clients.sqs?.middlewareStack.add(middleware, options);
  clients.sns?.middlewareStack.add(middleware, options);
  return inputs;
}

/** A call that never reaches AWS. */
export const refused =
  (error: Error): Disturbance =>
  () => {
    throw error;
  };

/** A call that is carried out, and whose answer is changed. */
export const answered =
  (change: object): Disturbance =>
  () =>
  (output) => {
    Object.assign(output, change);
  };

/** The error of a cancelled transaction, with one reason for each action. */
export const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
    $metadata: {},
  });
