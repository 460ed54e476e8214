/**
 * List prices of AWS in us-east-1, in dollars for one unit, without the free tier and without discounts
 * for quantity. Sources: the pricing pages of each service, https://aws.amazon.com/<service>/pricing/.
 */
export const pricedAt = '2025-11';

const million = 1_000_000;

export const prices = {
  'API Gateway request': 3.5 / million,
  'Lambda request': 0.2 / million,
  'Lambda GB-second (Arm)': 13.3334 / million,
  'Lambda provisioned GB-second (Arm)': 3.3334 / million,
  'DynamoDB write unit': 0.625 / million,
  'DynamoDB read unit': 0.125 / million,
  'SQS request': 0.4 / million,
  'SNS publish': 0.5 / million,
  'log GB': 0.5,
} as const;

export type Unit = keyof typeof prices;

/** How many of each unit something uses; units that are missing are not used. */
export type Usage = Readonly<Partial<Record<Unit, number>>>;

const units = new Map<string, number>(Object.entries(prices));

/** What a usage costs, in dollars. */
export const dollarsOf = (usage: Usage): number =>
  Object.entries(usage).reduce((sum, [unit, count]) => sum + count * (units.get(unit) ?? 0), 0);

/** The sum of usages. */
export function sumOf(...usages: readonly Usage[]): Usage {
  const sum = new Map<string, number>();
  for (const [unit, count] of usages.flatMap((usage) => Object.entries(usage))) {
    sum.set(unit, (sum.get(unit) ?? 0) + count);
  }
  return Object.fromEntries(sum);
}

/** A usage, multiplied. */
export const times = (factor: number, usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).map(([unit, count]) => [unit, count * factor]));
