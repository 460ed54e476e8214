/** The hops between a report and its subscriber on AWS, and how long each takes. */

/** Where the percentiles of a hop come from. */
type Source = {
  readonly text: string;
  readonly url?: string;
  /**
   * `assumed`: no percentiles are published, so the figures are at the upper end of what the source
   * says.
   */
  readonly kind: 'measured by others' | 'derived' | 'assumed';
};

/** The time of a hop in ms: its median and its 99th percentile. */
export type Hop = { readonly p50: number; readonly p99: number; readonly source: Source };

const debrie: Source = {
  kind: 'measured by others',
  text: 'A. DeBrie, 400 calls from a Lambda function, 2020',
  url: 'https://github.com/alexdebrie/dynamodb-performance-testing',
};
const latencies: Source = {
  kind: 'measured by others',
  text: 'Bite-Sized Serverless, 1,024 messages from Lambda to Lambda, eu-west-1, 2022',
  url: 'https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/',
};

export const hops = {
  gateway: {
    p50: 12,
    p99: 30,
    source: {
      kind: 'assumed',
      text: 'a REST API adds 10 to 30 ms',
      url: 'https://www.smplogs.com/patterns/apigateway/high-latency',
    },
  },
  'code of a handler': {
    p50: 3,
    p99: 10,
    source: { kind: 'assumed', text: 'processor time here, at 1 GB of memory' },
  },
  read: {
    p50: 5,
    p99: 12,
    source: {
      kind: 'assumed',
      text: 'DynamoDB answers in single-digit milliseconds; below a write of one row',
      url: 'https://aws.amazon.com/blogs/database/understanding-amazon-dynamodb-latency/',
    },
  },
  write: { p50: 7.6, p99: 16.2, source: { ...debrie, text: `${debrie.text}: PutItem` } },
  transaction: {
    p50: 25.3,
    p99: 92.5,
    source: { ...debrie, text: `${debrie.text}: TransactWriteItems of 5 rows` },
  },
  'queue to function': {
    p50: 16.2,
    p99: 105,
    source: { ...latencies, text: `${latencies.text}: SQS by event source, sending included` },
  },
  'topic to queue': {
    p50: 23.9,
    p99: 120,
    source: {
      ...latencies,
      kind: 'derived',
      text: 'the same: SNS to SQS to Lambda less SQS to Lambda (p50), SNS to Lambda less SQS to Lambda (p99)',
    },
  },
} as const satisfies Record<string, Hop>;

export type HopName = keyof typeof hops;

/** A cold start: its share of the invocations, and how long one takes. */
export const coldStart = {
  share: 0.01,
  p50: 300,
  p99: 600,
  source: {
    kind: 'assumed',
    text: 'AWS: typically less than 1 % of invocations; 150 to 400 ms for Node, and this application loads the SDK',
    url: 'https://medium.com/@adtanasa/size-is-almost-all-that-matters-for-optimizing-aws-lambda-cold-starts-cad54f65cbb',
  },
} as const;
