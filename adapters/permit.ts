/**
 * Lets a request read while its caller is still being checked. Whatever changes something waits for
 * the check: the clients hold every call that is not known as a read, so no route can forget it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The check of one request; it rejects if the caller is refused. `ended` is the reason why the
 * request was answered before its work was done; undefined while it runs.
 */
type Permit = { allowed: Promise<void>; ended?: Error };

const requests = new AsyncLocalStorage<Permit>();

/** Runs the work of one request. Until `permitAfter` is called in it, nothing waits. */
export const underPermit = <T>(work: () => Promise<T>): Promise<T> =>
  requests.run({ allowed: Promise.resolve() }, work);

/**
 * Makes all changes of this request wait for the check.
 * @returns false outside of `underPermit`: the caller has to wait itself.
 */
export function permitAfter(check: () => Promise<void>): boolean {
  const request = requests.getStore();
  if (!request) return false;
  request.allowed = check();
  // Its rejection is the answer of the request. It is not unhandled if nothing has waited yet.
  request.allowed.catch(() => {});
  return true;
}

/** Resolves once the request is allowed. @throws the refusal of its check. */
export const permitted = (): Promise<void> => requests.getStore()?.allowed ?? Promise.resolve();

/**
 * Ends the calls of this request: it is answered before its work is done. Lambda freezes what is
 * left, and would go on with it during a later request. @param reason what each further call
 * throws.
 */
export function endCalls(reason: Error): void {
  const request = requests.getStore();
  if (request) request.ended = reason;
}

/** @throws the reason for which the calls of this request were ended. */
function refuseEnded(): void {
  const ended = requests.getStore()?.ended;
  if (ended) throw ended;
}

/** The calls that change nothing. Any other call is held. */
const reads = new Set([
  ...['GetItemCommand', 'BatchGetItemCommand', 'QueryCommand'],
  ...['GetSecretValueCommand', 'GetSubscriptionAttributesCommand', 'GetTopicAttributesCommand'],
]);

/** The middleware of a client that holds its calls until they are permitted. */
export const heldUntilPermitted =
  <Input, Output>(
    next: (args: Input) => Promise<Output>,
    { commandName = '' }: { readonly commandName?: string },
  ) =>
  async (args: Input): Promise<Output> => {
    refuseEnded();
    if (!reads.has(commandName)) await permitted();
    refuseEnded();
    return next(args);
  };

/**
 * The middleware of a client that makes no further attempt at a call whose request was answered
 * meanwhile.
 */
export const noAttemptAfterEnd =
  <Input, Output>(next: (args: Input) => Promise<Output>) =>
  async (args: Input): Promise<Output> => {
    refuseEnded();
    return next(args);
  };
