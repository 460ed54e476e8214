/** The choices of the form of a new alarm, and the bodies that it sends. Pure functions. */
import { catalogue } from '../../../../domain/events/catalogue.ts';

export type AlarmForm = {
  readonly name: string;
  readonly eventType: string;
  readonly resource: string;
  /** A trait that must have a value; empty: any event of the type and resource. */
  readonly trait: string;
  readonly value: string;
  readonly severity: string;
  readonly action: string;
  readonly repeat: boolean;
};

export const emptyForm: AlarmForm = {
  name: '',
  eventType: 'compute.instance.update',
  resource: '',
  trait: 'state',
  value: 'stopped',
  severity: 'moderate',
  action: '',
  repeat: false,
};

/** The types of events that tenants may match. A name that ends in `*` stands for several types. */
export const eventTypes: readonly string[] = Object.entries(catalogue)
  .filter(([, { tenant }]) => Object.keys(tenant).length > 0)
  .map(([type]) => type)
  .sort();

/**
 * The catalogue's entry for a type, or else the entry with the longest matching pattern such as
 * `port.*`.
 */
function definitionOf(type: string) {
  const own = catalogue[type];
  if (own) return own;
  const [best] = Object.entries(catalogue)
    .filter(([name]) => name.endsWith('.*') && type.startsWith(name.slice(0, -1)))
    .sort(([a], [b]) => b.length - a.length);
  return best?.[1];
}

/** The traits of a type that tenants may match; empty if the type is unknown. */
export const traitsOf = (type: string): readonly string[] =>
  Object.keys(definitionOf(type)?.tenant ?? {}).sort();

/** The origin of events of the type, as the catalogue says; empty if the type is unknown. */
export const sourceOf = (type: string): string => definitionOf(type)?.source ?? '';

const is = (field: string, value: string) => ({
  field: `traits.${field}`,
  op: 'eq',
  type: 'string',
  value,
});

/** The trait that names the resource of an event. */
const resourceTrait = (type: string): string =>
  type.startsWith('compute.instance') ? 'instance_id' : 'resource_id';

/** The body of `POST /v2/alarms`. */
export const alarmBody = (form: AlarmForm) => ({
  name: form.name,
  type: 'event',
  severity: form.severity,
  repeat_actions: form.repeat,
  alarm_actions: form.action === '' ? [] : [form.action],
  event_rule: {
    event_type: form.eventType,
    query: [
      ...(form.resource === '' ? [] : [is(resourceTrait(form.eventType), form.resource)]),
      ...(form.trait === '' || form.value === '' ? [] : [is(form.trait, form.value)]),
    ],
  },
});

/** The body of a preview: that of the alarm, with any name and without the webhook. */
export const previewBody = (form: AlarmForm) =>
  alarmBody({ ...form, name: form.name || 'preview', action: '' });

/** The traits of an event as text, without ids. The name of the resource comes first. */
export function happenedIn(traits: Readonly<Record<string, unknown>>): string {
  const { display_name, name = display_name, resource_id, instance_id, fault_id, ...rest } = traits;
  const words = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([trait, value]) => `${trait} ${value}`)
    .join(', ');
  return [...(name ? [String(name)] : []), ...(words ? [words] : [])].join(': ');
}
