/**
 * Actions of alarms that want one call for each fault and project. An action says so in its query, as it
 * says `aodh-alarm-ssl-verify=0` in Aodh (docs/wire/alarming.md#group-messages).
 */
import { Grouping } from './group-body.ts';

/** The key of the query. */
export const groupKey = 'doctor-group';

/** The values of the key in the query of an `http` or `https` action; empty for other actions. */
function valuesIn(action: string): string[] {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  const isPost = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isPost ? url.searchParams.getAll(groupKey) : [];
}

/** Whether the action wants groups. */
export const isGroupedAction = (action: string): boolean => valuesIn(action).length > 0;

/** Why the action cannot be taken, for people; undefined if it can. */
export const wrongGrouping = (action: string): string | undefined =>
  valuesIn(action).every((value) => Grouping.safeParse(value).success)
    ? undefined
    : `its ${groupKey} must be ${Grouping.options.join(' or ')}`;
