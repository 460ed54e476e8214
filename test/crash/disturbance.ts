/** A failure in an invocation, and its place: the n-th write, send or publish. */
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

export const hows = ['fails', 'succeeds without saying so', 'is the last thing done'] as const;

/**
 * `fails`: the call never reaches AWS. `succeeds without saying so`: the call is carried out, and
 * its answer is lost. `is the last thing done`: the process is killed as soon as the call is
 * answered.
 */
export type How = (typeof hows)[number];
export const Disturbance = z.object({
  at: z.int().min(1),
  how: z.enum(hows),
  /** A call before that one, which fails. */
  failed: z.int().min(1).optional(),
});
export type Disturbance = z.infer<typeof Disturbance>;

export type Disturbable = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
};

/**
 * Calls that change something. All others are reads, and a process that dies at a read loses
 * nothing.
 */
const changing =
  /^(PutItem|UpdateItem|DeleteItem|TransactWriteItems|BatchExecuteStatement|SendMessageBatch|DeleteMessageBatch|PublishBatch)Command$/;

/**
 * Disturbs the n-th changing call of the clients; without a disturbance it only counts the calls.
 * @returns the names of the changing calls, in the order in which they were started.
 */
export function disturb(
  { dynamo, sqs, sns }: Disturbable,
  disturbance: Disturbance | undefined,
): readonly string[] {
  const calls: string[] = [];
  const middleware =
    <Input, Output>(next: (args: Input) => Promise<Output>, context: { commandName?: string }) =>
    async (args: Input): Promise<Output> => {
      const name = context.commandName ?? '';
      if (!changing.test(name)) return next(args);
      calls.push(name.replace(/Command$/, ''));
      if (calls.length === disturbance?.failed) throw new Error('disturbed: the call failed');
      if (calls.length !== disturbance?.at) return next(args);
      if (disturbance.how === 'fails') throw new Error('disturbed: the call failed');
      const answer = await next(args);
      if (disturbance.how === 'is the last thing done') process.kill(process.pid, 'SIGKILL');
      if (disturbance.how === 'succeeds without saying so') {
        throw new Error('disturbed: the answer was lost');
      }
      return answer;
    };
  const options = { step: 'initialize', priority: 'high', name: 'disturbance' } as const;
  dynamo.middlewareStack.add(middleware, options);
  sqs.middlewareStack.add(middleware, options);
  sns.middlewareStack.add(middleware, options);
  return calls;
}
