/**
 * Lets esbuild leave out the schemas of the SDK's clients that a function does not use. Each client has one
 * module with the schemas of all its operations and errors. Two things keep them in a bundle: the client
 * registers each error, and esbuild cannot know that `[_e]`, a key that is computed, does nothing besides.
 */

/**
 * The errors that keep their classes: those that a file of ours names, and one that its class marks as worth
 * a retry. Any other is an error of the client's base class with the same name and message (docs/adr/0070).
 */
export const knownErrors: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'FilterPolicyLimitExceededException',
  'InvalidParameterException',
  'NotFoundException',
  'ReplicatedWriteConflictException',
  'SubscriptionLimitExceededException',
  'TransactionCanceledException',
  'TransactionConflictException',
]);

const registration = /^n0_registry\.registerError\(\w+\$, (\w+)\);$/gm;

/** A schema: an array that ends with the first line that closes it. */
const schema = /^((?:export )?var \w+\$? = )(\[(?:.*\n)*?.*\]);$/gm;

/** The schemas of a client, of which those that nothing uses can be left out. @param code Their module. */
export const leanSchemas = (code: string): string =>
  code
    .replace(registration, (line, name: string) => (knownErrors.has(name) ? line : ''))
    .replace(schema, '$1/* @__PURE__ */ (() => $2)();');
