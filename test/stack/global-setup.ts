import { readStack } from './stack.ts';

/** Fails at once, with a message that says what to do, if no stack is up for the tests. */
export default async function setup(): Promise<void> {
  const stack = readStack();
  const answer = await fetch(`${stack.endpoint}/_localstack/health`).catch(() => undefined);
  if (!answer?.ok) {
    throw new Error(`The stack at ${stack.endpoint} does not answer: run "npm run up" first.`);
  }
}
