/** The parts of a request to AWS that tell its kind. */
export type AwsRequest = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
};

/**
 * The kind of a request: service and action, such as `DynamoDB Query`. JSON protocols name it in a header,
 * the query protocol of SNS in the body. `other` if neither does.
 */
export function kindOf({ headers, body }: AwsRequest): string {
  const target = headers['x-amz-target'];
  const named = /^(?:Amazon)?([A-Za-z]+?)(?:_\d+)?\.(\w+)$/.exec(String(target ?? ''));
  if (named) return `${named[1]} ${named[2]}`;
  const [, action] = /(?:^|&)Action=(\w+)/.exec(body) ?? [];
  return action ? `SNS ${action}` : 'other';
}

/**
 * The tables, queues and topics of Doctor that a request names, each once, by the names of their
 * constructs; empty if it names none.
 */
export const namesIn = (body: string): readonly string[] => [
  ...new Set([...body.matchAll(/Doctor-(?:Tables)?([A-Za-z]+?)[0-9A-F]{8}-/g)].map(nameOf)),
];

const nameOf = ([, name = '']: RegExpExecArray): string => name;

/** How many of each kind there are, the most frequent first. */
export const countsOf = (kinds: readonly string[]): readonly (readonly [string, number])[] =>
  [...Map.groupBy(kinds, (kind) => kind)]
    .map(([kind, its]): [string, number] => [kind, its.length])
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
