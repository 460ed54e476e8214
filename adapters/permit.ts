/**
 * Lets a request read while its caller is still being checked. Whatever changes something waits for
 * the check: the clients hold every call that is not known as a read, so no route can forget it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** The check of one request; it rejects if the caller is refused. */
type Permit = { allowed: Promise<void> };

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
    if (!reads.has(commandName)) await permitted();
    return next(args);
  };
