/**
 * The conditions of a rule as the command line writes them: `traits.state=error;traits.n>=integer::5`.
 * `openstack alarm update --query` sends this text as it is unless `--type event` is given.
 * Source: aodhclient `utils.py`, `cli_to_array`.
 */
import type { Condition } from '../../domain/alarms/alarm.ts';
import { DomainError } from '../../domain/errors.ts';

const operators = new Map<string, Condition['op']>([
  ['!=', 'ne'],
  ['>=', 'ge'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['<', 'lt'],
  ['=', 'eq'],
]);

/** One part of the text, its type and value not yet checked. */
type Written = { field: string; op: Condition['op']; type: string; value: string };

/** What the parts of the text say, in order. Throws `invalid` for a part that lacks a piece. */
export function conditionsOfText(text: string): Written[] {
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
