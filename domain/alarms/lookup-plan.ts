/** How the alarms of events are looked up: which keys are requested, and whether one by one. */

/**
 * The numbers of a project's alarms; `wide`: those that name no resource. `silences`: the ids of the
 * silences that may apply to them and have not ended; absent if there are none. `grouped`: the project has
 * subscriptions that want groups.
 */
export type AlarmCounts = {
  readonly all: number;
  readonly wide: number;
  readonly silences?: readonly string[];
  readonly grouped?: true;
};

export const noAlarms: AlarmCounts = { all: 0, wide: 0 };

/** The keys that are requested of one project, each once, and how many alarms the project has. */
export type ProjectKeys = {
  readonly project_id: string;
  readonly keys: readonly string[];
  readonly alarms: number;
};

/** So few keys are always requested one by one. */
const fewKeys = 4;
/**
 * A query of one key takes half a read unit, one of all takes as much for 14 alarms. Some capacity is
 * spent to save requests: up to three and a half times as much.
 */
const alarmsPerKey = 50;

/**
 * Whether all lookup rows of the project between the first and the last key are read, some 3,400 a request,
 * and not the keys one by one. So a request for many keys costs few queries, and a request for few keys
 * never reads a large project.
 */
export const isReadWhole = ({ keys, alarms }: ProjectKeys): boolean =>
  keys.length > fewKeys && alarms <= alarmsPerKey * keys.length;
