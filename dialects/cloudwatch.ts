/**
 * CloudWatch's alarm state changes, as EventBridge delivers them: `ALARM` raises, `OK` clears, and
 * `INSUFFICIENT_DATA` says nothing. Source: Amazon CloudWatch's user guide, "Alarm events and EventBridge".
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  type ConditionSeverity,
  conditionSeverities,
  type ReportItem,
} from '../domain/conditions/observation.ts';
import type { Source } from '../domain/conditions/source.ts';
import { HostName } from '../domain/hosts/host.ts';
import { parseMoment } from '../domain/time.ts';

/** The mapping of the source `cloudwatch`: the compute host that runs on an EC2 instance, by its id. */
export const CloudWatchMapping = z.strictObject({
  instances: z.record(z.string().regex(/^i-[0-9a-f]{8,17}$/), HostName).default({}),
});

const Metric = z.object({
  metricStat: z
    .object({ metric: z.object({ dimensions: z.record(z.string(), z.string()).optional() }) })
    .optional(),
});

/** One alarm state change. Other keys are ignored. */
export const AlarmStateChange = z.object({
  source: z.literal('aws.cloudwatch'),
  'detail-type': z.literal('CloudWatch Alarm State Change'),
  time: z.string().optional(),
  /** The first is the ARN of the alarm. */
  resources: z.tuple([z.string().min(1)], z.string()),
  detail: z.object({
    alarmName: z.string(),
    state: z.object({
      value: z.string(),
      reason: z.string().optional(),
      timestamp: z.string().optional(),
    }),
    configuration: z
      .object({ description: z.string().optional(), metrics: z.array(Metric).optional() })
      .default({}),
  }),
});
export type AlarmStateChange = z.infer<typeof AlarmStateChange>;

const statuses: Readonly<Record<string, 'raised' | 'cleared'>> = { ALARM: 'raised', OK: 'cleared' };

/** What an alarm may report of its host. */
const effects = ['host_down', 'host_unreachable'] as const;

/** The report of an alarm state change; none if it says nothing of its host. */
export function parseAlarm(
  change: AlarmStateChange,
  { mapping }: Pick<Source, 'mapping'>,
): ReportItem[] {
  const { detail, resources, time } = change;
  const { state, configuration } = detail;
  if (state.value === 'INSUFFICIENT_DATA') return [];
  const unmatched = (reason: string): ReportItem[] => [
    { kind: 'unmatched', reason, item: change, key: resources[0] },
  ];
  const status = Object.entries(statuses).find(([value]) => value === state.value)?.[1];
  if (!status) return unmatched('The state is neither ALARM nor OK nor INSUFFICIENT_DATA.');
  const said = described(configuration.description ?? '');
  const [host, ...more] = hostsOf(said, configuration.metrics ?? [], mapping);
  if (host === undefined || more.length > 0 || !HostName.safeParse(host).success) {
    return unmatched(
      more.length > 0
        ? 'The metrics of the alarm name several hosts. Write host=NAME into its description.'
        : 'The alarm names no host: neither its description (host=NAME), nor a dimension, nor the mapping.',
    );
  }
  const effect = effects.find((each) => each === (said.effect ?? 'host_down'));
  if (!effect) return unmatched(`The effect in the description is none of ${effects.join(', ')}.`);
  const order = [state.timestamp, time].flatMap((text) => parseMoment(text ?? '') ?? [])[0];
  return [
    {
      kind: 'observation',
      observation: {
        key: keyOf(resources[0]),
        status,
        target: { kind: 'host', host },
        effect,
        severity: severityOf(said.severity),
        cause: [detail.alarmName, state.reason].filter(Boolean).join(': '),
        observed_at: state.timestamp ?? time ?? null,
        fenced: fencedOf(said.fenced),
        ...(order !== undefined && { order }),
      },
    },
  ];
}

/** The `name=value` words of a description; spaces, commas and semicolons separate them. */
function described(description: string): Readonly<Record<string, string>> {
  const words = description.split(/[\s,;]+/).map((word) => /^([a-z]+)=(.+)$/.exec(word));
  return Object.fromEntries(words.flatMap((found) => (found ? [[found[1], found[2]]] : [])));
}

/** The hosts that an alarm names: by its description, else by a dimension, else by the mapping. */
function hostsOf(
  said: Readonly<Record<string, string>>,
  metrics: readonly z.infer<typeof Metric>[],
  mapping: unknown,
): readonly string[] {
  if (said.host !== undefined) return [said.host];
  const dimensions = metrics.map(({ metricStat }) => metricStat?.metric.dimensions ?? {});
  const named = dimensions.flatMap(({ Host, host, NodeName }) => Host ?? host ?? NodeName ?? []);
  if (named.length > 0) return [...new Set(named)];
  const { instances = {} } = CloudWatchMapping.safeParse(mapping).data ?? {};
  const known = new Map(Object.entries(instances));
  return [...new Set(dimensions.flatMap(({ InstanceId }) => known.get(InstanceId ?? '') ?? []))];
}

/** The longest key of a condition. */
const longestKey = 255;

/** The ARN; of a longer one the beginning and a hash of it. */
function keyOf(arn: string): string {
  if (arn.length <= longestKey) return arn;
  const hash = createHash('sha256').update(arn).digest('hex');
  return `${arn.slice(0, longestKey - hash.length - 1)}#${hash}`;
}

/** A severity of X.733 in any case; critical if there is none. */
const severityOf = (given = 'critical'): ConditionSeverity =>
  conditionSeverities.find((each) => each === given.toLowerCase()) ?? 'indeterminate';

/** Null, which leaves it to the settings of the source, if it is neither `true` nor `false`. */
const fencedOf = (given: string | undefined): boolean | null =>
  given === 'true' ? true : given === 'false' ? false : null;
