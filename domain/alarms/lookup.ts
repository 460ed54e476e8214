/**
 * The keys by which the alarms of an event are looked up. The cost of an event depends only on the
 * alarms that share a key with it. A key only narrows the search: each alarm that is found is still
 * matched.
 */
import { v5 as uuid5 } from 'uuid';
import { type DoctorEvent, projectOfEvent, resourceOfEvent } from '../events/event.ts';
import type { Alarm, EventPattern, RuleCondition } from './alarm.ts';
import { traitAsString } from './condition.ts';
import { isLiteral } from './glob.ts';

/**
 * The traits that name an event's resource. Conditions on these traits name the resource of an
 * alarm.
 */
const resourceTraits = ['resource_id', 'instance_id'] as const;

/** Resources have no longer ids. A longer id makes no key, neither of an alarm nor of an event. */
const longestId = 255;
const fits = (id: string): boolean => id.length <= longestId;

type LookupFields = Pick<Alarm, 'project_id' | 'resource_id' | 'rule'>;

/**
 * The keys of an alarm: one for the events that raise it, and another for those that clear it, if
 * it differs.
 */
export function lookupKeysOf(alarm: LookupFields): string[] {
  const { rule } = alarm;
  const patterns = rule.clear ? [rule, rule.clear] : [rule];
  const keys = new Set(patterns.map((pattern) => keyOf(alarm, pattern)));
  const any = anyTypeKey(alarm.project_id);
  // Every event of the project looks up this key, so the others are not needed.
  return keys.has(any) ? [any] : [...keys];
}

/**
 * By the resource that its attribute or a condition names; else by the event type; else by the
 * project.
 */
function keyOf(
  { project_id, resource_id }: LookupFields,
  { event_type, query }: EventPattern,
): string {
  const resource = namedResource({ resource_id }, query);
  if (resource !== undefined && fits(resource)) return resourceKey(project_id, resource);
  return isLiteral(event_type) ? typeKey(project_id, event_type) : anyTypeKey(project_id);
}

/** The resource that an alarm names by its attribute or by a condition; undefined if it names none. */
export const namedResource = (
  { resource_id }: Pick<Alarm, 'resource_id'>,
  query: readonly RuleCondition[],
): string | undefined => resource_id ?? query.find(namesResource)?.value;

/** Whether events of resources that the alarm does not name may match it: those of a type, or all. */
export const isProjectWide = (alarm: LookupFields): boolean =>
  lookupKeysOf(alarm).some((key) => key.startsWith(projectPrefix));

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
    return trait && traitAsString(trait);
  });
  const resources = [...named, resourceOfEvent(event)].filter((id) => id !== undefined);
  return [...new Set(resources.filter(fits).map((id) => resourceKey(project_id, id)))];
}

/** The keys of the alarms that name no resource: those of its type, and those of all of its project. */
export function projectKeysOfEvent(event: DoctorEvent): string[] {
  const project_id = projectOfEvent(event);
  return [...new Set([typeKey(project_id, event.event_type), anyTypeKey(project_id)])];
}

/** Whether only events of one resource can meet the condition. */
function namesResource({ field, op, type }: RuleCondition): boolean {
  if (op !== 'eq' || (type !== '' && type !== 'string')) return false;
  return resourceTraits.some((name) => field === `traits.${name}`);
}

const resourceKey = (project_id: string, id: string): string =>
  `resource#${part(project_id)}#${part(id)}`;

const projectPrefix = 'project#';

const typeKey = (project_id: string, event_type: string): string =>
  `${projectPrefix}${part(project_id)}#${part(event_type)}`;

const anyTypeKey = (project_id: string): string => `${projectPrefix}${part(project_id)}#*`;

/** The longest part, so that a key with its prefix fits the 1024 bytes that DynamoDB accepts. */
const longestPart = 400;
const namespace = '5f0a3c52-7c11-5d0e-9f0b-2f6f3f1f6f6e';

/**
 * A text as part of a key, in ASCII. Other characters are escaped as `%` and their code point, so
 * that a `#` in the text does not end the part and a `*` does not mean any type. A long text
 * becomes `~` and a digest.
 */
function part(text: string): string {
  const plain = text.replace(
    /[^A-Za-z0-9._-]/gu,
    (character) => `%${character.codePointAt(0)?.toString(16)};`,
  );
  return plain.length <= longestPart ? plain : `~${uuid5(plain, namespace)}`;
}
