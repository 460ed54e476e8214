/**
 * Parses conditions in a query string, in the form of Aodh's framework: parallel arrays
 * (`q.field=a&q.op=eq&q.value=1&q.field=b&q.value=2`) or numbered ones
 * (`q[0].field=a&q[0].value=1`).
 * Sources: WSME `wsme/rest/args.py`; docs/wire/alarming.md#lists-of-alarms.
 */
import type { Query } from '../../adapters/http/query.ts';
import { DomainError } from '../../domain/errors.ts';

/** One condition, not yet checked; an absent `op` is `eq`. */
export type QueryCondition = {
  readonly field: string;
  readonly op: string;
  readonly value: string;
};

const mostConditions = 100;
/** The values that alarms are listed by are not longer; DynamoDB refuses longer keys. */
const longestValue = 255;

/**
 * The conditions of a query, in order, and the names of its other arguments.
 * @throws DomainError `invalid`.
 */
export function conditionsOf(query: Query): { conditions: QueryCondition[]; rest: string[] } {
  const numbered = new Map<number, Map<string, string>>();
  const rest: string[] = [];
  for (const [name, values] of Object.entries(query)) {
    const found = /^q(?:\[(\d{1,4})\])?\.(field|op|value|type)$/.exec(name);
    if (!found && /^q(\[.*)?$/.test(name))
      throw refused('q', 'Expected q.field, q.op and q.value.');
    if (!found) {
      rest.push(name);
      continue;
    }
    const [, index, attribute = ''] = found;
    values.forEach((value, position) => {
      const at = Number(index ?? position);
      numbered.set(at, (numbered.get(at) ?? new Map()).set(attribute, value));
    });
  }
  if (numbered.size > mostConditions)
    throw refused('q', `At most ${mostConditions} conditions are allowed.`);
  const inOrder = [...numbered].sort(([a], [b]) => a - b);
  return { conditions: inOrder.map(([, attributes]) => conditionOf(attributes)), rest };
}

function conditionOf(attributes: ReadonlyMap<string, string>): QueryCondition {
  const field = attributes.get('field');
  const value = attributes.get('value');
  if (field === undefined) throw refused('field', 'Mandatory field missing.');
  if (value === undefined) throw refused('value', 'Mandatory field missing.');
  if (value.length > longestValue) throw refused('value', 'It is too long.');
  return { field, op: attributes.get('op') || 'eq', value };
}

const refused = (field: string, why: string): DomainError =>
  new DomainError('invalid', `Invalid input for field/attribute ${field}. ${why}`);
