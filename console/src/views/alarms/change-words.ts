/** Describes an entry of an alarm's history in words. */
import type { AlarmChange } from '../../api/openstack.ts';

/** The fields of an entry's detail, which is JSON text; none if it is not an object. */
function fieldsOf(detail: string): readonly (readonly [string, unknown])[] {
  try {
    const parsed: unknown = JSON.parse(detail);
    return typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  } catch {
    return [];
  }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** The new state with its reason, or else the changed fields. */
export function changeInWords({ type, detail }: Pick<AlarmChange, 'type' | 'detail'>): string {
  const fields = new Map(fieldsOf(detail));
  if (type === 'creation') return shown(fields.get('name') ?? '');
  const reason = fields.get('transition_reason');
  if (fields.has('state') && reason !== undefined) {
    return `${shown(fields.get('state'))}: ${shown(reason)}`;
  }
  return [...fields].map(([name, value]) => `${name} ${shown(value)}`).join(', ');
}
