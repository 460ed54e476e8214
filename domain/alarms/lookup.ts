/**
 * Keys under which alarms are found for an event, so that an event costs what the alarms that share a
 * key with it cost, however many others there are. A key narrows the search and decides nothing:
 * an alarm that is found is still matched.
 */
import { v5 as uuid5 } from 'uuid';
import { type DoctorEvent, projectOfEvent, resourceOfEvent } from '../events/event.ts';
import type { Alarm, Condition, EventPattern } from './alarm.ts';
import { textOf } from './condition.ts';
import { isLiteral } from './glob.ts';

/** The traits that name an event's resource, and fields of the conditions that ask for one. */
const resourceTraits = ['resource_id', 'instance_id'] as const;

/** A longer id names no resource of ours; it makes no key, for alarms and events alike. */
const longestId = 255;
const fits = (id: string): boolean => id.length <= longestId;

type Sought = Pick<Alarm, 'project_id' | 'resource_id' | 'rule'>;

/** The keys of an alarm: one for what raises it, and one for what clears it if that is another. */
export function lookupKeysOf(alarm: Sought): string[] {
  const { rule } = alarm;
  const keys = new Set([rule, ...(rule.clear ? [rule.clear] : [])].map(keyOf(alarm)));
  const any = anyTypeKey(alarm.project_id);
  // All events of the project ask for it.
  return keys.has(any) ? [any] : [...keys];
}

/** By the resource that its attribute or a condition names, else by the type of event, else by project alone. */
const keyOf =
  ({ project_id, resource_id }: Sought) =>
  ({ event_type, query }: EventPattern): string => {
    const resource = resource_id ?? query.find(namesResource)?.value;
    if (resource !== undefined && fits(resource)) return resourceKey(project_id, resource);
    return isLiteral(event_type) ? typeKey(project_id, event_type) : anyTypeKey(project_id);
  };

/** The keys of all alarms that an event may match; each once. */
export const lookupKeysOfEvent = (event: DoctorEvent): string[] => [
  ...resourceKeysOfEvent(event),
  ...projectKeysOfEvent(event),
];

/** The keys of the alarms that name the event's resource, or its instance; each once. */
export function resourceKeysOfEvent(event: DoctorEvent): string[] {
  const project_id = projectOfEvent(event);
  const named = resourceTraits.map((name) => {
    const trait = event.traits.findLast(([given]) => given === name);
    return trait && textOf(trait);
  });
  const resources = [...named, resourceOfEvent(event)].filter((id) => id !== undefined);
  return [...new Set(resources.filter(fits).map((id) => resourceKey(project_id, id)))];
}

/** The keys of the alarms that name no resource: those of its type, and those of all of its project. */
export function projectKeysOfEvent(event: DoctorEvent): string[] {
  const project_id = projectOfEvent(event);
  return [...new Set([typeKey(project_id, event.event_type), anyTypeKey(project_id)])];
}

/** Whether a condition can only be met by events of one resource. */
function namesResource({ field, op, type }: Condition): boolean {
  if (op !== 'eq' || (type !== '' && type !== 'string')) return false;
  return resourceTraits.some((name) => field === `traits.${name}`);
}

const resourceKey = (project_id: string, id: string): string =>
  `resource#${part(project_id)}#${part(id)}`;

const typeKey = (project_id: string, event_type: string): string =>
  `project#${part(project_id)}#${part(event_type)}`;

const anyTypeKey = (project_id: string): string => `project#${part(project_id)}#*`;

/** So that a key fits where DynamoDB takes at most 1024 bytes, with room for a prefix. */
const longestPart = 400;
const namespace = '5f0a3c52-7c11-5d0e-9f0b-2f6f3f1f6f6e';

/**
 * A text as part of a key, in ASCII: what is not plain as `%` and its code point, so that no `#` in
 * it can end the part and no `*` stand for any type; a long one as a digest behind `~`.
 */
function part(text: string): string {
  const plain = text.replace(
    /[^A-Za-z0-9._-]/gu,
    (character) => `%${character.codePointAt(0)?.toString(16)};`,
  );
  return plain.length <= longestPart ? plain : `~${uuid5(plain, namespace)}`;
}
