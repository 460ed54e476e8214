/**
 * Parses the conditions of a rule in the command line's form:
 * `traits.state=error;traits.n>=integer::5`. `openstack alarm update --query` sends this text
 * unchanged, unless `--type event` is given.
 * Source: aodhclient `utils.py`, `cli_to_array`.
 */
import type { RuleCondition } from '../../domain/alarms/alarm.ts';
import { DomainError } from '../../domain/errors.ts';

const operators = new Map<string, RuleCondition['op']>([
  ['!=', 'ne'],
  ['>=', 'ge'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['<', 'lt'],
  ['=', 'eq'],
]);

/** One condition of the text; its type and value are not yet checked. */
type CliCondition = { field: string; op: RuleCondition['op']; type: string; value: string };

/**
 * The conditions of the text, in order.
 * @throws DomainError `invalid` for an incomplete condition.
 */
export function conditionsOfText(text: string): CliCondition[] {
  return text.split(';').map((part) => {
    const [, field, sign = '', typed] = /^([^!<>=]+)(!=|>=|<=|>|<|=)(.+)$/s.exec(part) ?? [];
    const op = operators.get(sign);
    if (field === undefined || typed === undefined || op === undefined) {
      throw new DomainError(
        'invalid',
        `Invalid input for field/attribute query. Value: '${part.slice(0, 100)}'. Expected field, operator (= != < <= > >=) and value.`,
      );
    }
    const mark = typed.indexOf('::');
    const [type, value] = mark < 0 ? ['', typed] : [typed.slice(0, mark), typed.slice(mark + 2)];
    return { field, op, type, value };
  });
}
