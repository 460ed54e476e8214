/**
 * Conditions in a query string as Aodh's framework writes them: parallel arrays
 * (`q.field=a&q.op=eq&q.value=1&q.field=b&q.value=2`) or numbered ones (`q[0].field=a&q[0].value=1`).
 * Sources: WSME `wsme/rest/args.py`; docs/wire/alarming.md#lists-of-alarms.
 */
import { DomainError } from '../../domain/errors.ts';

/** One condition, nothing of it checked; a missing `op` is `eq`. */
export type QueryCondition = {
  readonly field: string;
  readonly op: string;
  readonly value: string;
};

type Query = Readonly<Record<string, readonly string[]>>;

const most = 100;
/** Nothing that alarms are listed by is longer; DynamoDB refuses longer keys. */
const longestValue = 255;

/** The conditions of a query in order, and the names that are no part of one. Throws `invalid`. */
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
  if (numbered.size > most) throw refused('q', `At most ${most} conditions are allowed.`);
  const inOrder = [...numbered].sort(([a], [b]) => a - b);
  return { conditions: inOrder.map(([, attributes]) => conditionOf(attributes)), rest };
}

function conditionOf(attributes: ReadonlyMap<string, string>): QueryCondition {
  const [field, value] = [attributes.get('field'), attributes.get('value')];
  if (field === undefined) throw refused('field', 'Mandatory field missing.');
  if (value === undefined) throw refused('value', 'Mandatory field missing.');
  if (value.length > longestValue) throw refused('value', 'It is too long.');
  return { field, op: attributes.get('op') || 'eq', value };
}

const refused = (field: string, why: string): DomainError =>
  new DomainError('invalid', `Invalid input for field/attribute ${field}. ${why}`);
