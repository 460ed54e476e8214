/**
 * Evaluates a filter policy on message attributes as SNS does. It knows all operators of SNS, so
 * that it also handles an operator that Doctor's policies contain by mistake. Source: SNS developer
 * guide, "Filter policy constraints" and "String value matching".
 */
type Attributes = Readonly<Record<string, string>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function ruleMatches(rule: unknown, value: string | undefined): boolean {
  if (!isObject(rule)) return value !== undefined && rule === value;
  return Object.entries(rule).some(([operator, operand]) => {
    if (operator === 'exists') return (value !== undefined) === operand;
    if (value === undefined) return false;
    switch (operator) {
      case 'prefix':
        return value.startsWith(String(operand));
      case 'suffix':
        return value.endsWith(String(operand));
      case 'equals-ignore-case':
        return value.toLowerCase() === String(operand).toLowerCase();
      case 'anything-but':
        return !listOf(operand).some((each) => ruleMatches(each, value));
      case 'wildcard':
        return true;
      default:
        return false;
    }
  });
}

/** Whether SNS delivers a message with the attributes to a subscription with the policy. */
export function delivers(policy: unknown, attributes: Attributes): boolean {
  if (policy === undefined) return true;
  if (!isObject(policy)) return false;
  return Object.entries(policy).every(([name, rules]) => {
    if (name === '$or') return listOf(rules).some((each) => delivers(each, attributes));
    return listOf(rules).some((rule) => ruleMatches(rule, attributes[name]));
  });
}
