import type { DialectName } from '../../adapters/http/dialects.ts';

/** A route that takes a body, with a good one that has all its fields. */
export type Target = {
  readonly dialect: DialectName;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly good: object;
  /** The microversion, if the API has microversions. */
  readonly version?: string;
  /** A path that shows the thing that the route would change. */
  readonly shown?: string;
  /** Values that the tests take for wrong and that are right here: -1 means no limit. */
  readonly allowed?: readonly string[];
};

/** Every route that takes a body, as tests call it. */
export const targetNames = [
  'a login',
  'force-down',
  'the reason of a disabling',
  'an update of a service',
  'an update of a host',
  'a report of a host’s fault',
  'an action on a server',
  'an evacuation',
  'an evacuation before 2.14',
  'the end of an evacuation',
  'metadata that is added',
  'metadata that replaces',
  'an item of metadata',
  'tags',
  'an update of a server',
  'an update of a server’s host name',
  'a new alarm',
  'an alarm in the other spelling',
  'a replaced alarm',
  'a query of alarms',
  'a query of the history',
  'a quota',
  'a host',
  'a heartbeat',
  'heartbeats of many hosts',
  'an instance',
  'a user',
  'a subscription',
  'a report on a host’s ports',
  'a new port',
  'several new ports',
  'an update of a port',
  'tags of a port',
  'an update of a network',
  'tags of a network',
  'a network',
  'a notification of masakari-monitors',
] as const;
