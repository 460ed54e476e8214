/** The tables: keys, indexes, streams and expiry. `docs/design.md` says what each attribute holds. */
import { type Attribute, AttributeType } from 'aws-cdk-lib/aws-dynamodb';

export type TableDefinition = {
  /** Partition key and sort key. */
  readonly key: readonly [Attribute, Attribute?];
  /**
   * The keys of each index, by its name. A row without these attributes is not in the index.
   * Indexes hold keys only, except those listed below; the rows are then read by key.
   */
  readonly indexes?: Readonly<Record<string, readonly [Attribute, Attribute?]>>;
  /** The names of the indexes that hold whole rows. */
  readonly whole?: readonly string[];
  /**
   * Further attributes that an index holds, by its name: for large rows that hardly ever change.
   */
  readonly included?: { readonly in: readonly string[]; readonly attributes: readonly string[] };
  /** True: the table has a stream, with the old and the new row of each change. */
  readonly stream?: boolean;
  /** True: a row is deleted after the moment in its `expires_at`. */
  readonly expires?: boolean;
};

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
const number = (name: string): Attribute => ({ name, type: AttributeType.NUMBER });

/** One table for each kind of row. */
export const tableDefinitions = {
  hosts: {
    key: [text('host')],
    indexes: {
      byService: [text('service_id')],
      byNumber: [number('service_number')],
      byHypervisor: [text('hypervisor_id')],
    },
    stream: true,
  },
  roster: { key: [text('shard'), text('host')] },
  cloud: { key: [text('id')] },
  faults: {
    key: [text('host'), number('number')],
    indexes: {
      byFaultId: [text('fault_id')],
      byHost: [text('host'), text('sort_key')],
      open: [text('open'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
    },
  },
  affected: {
    key: [text('fault_id'), text('project_id')],
    indexes: { byProject: [text('project_id'), text('sort_key')] },
  },
  instances: {
    key: [text('uuid')],
    indexes: {
      byHost: [text('on_host'), text('sort_key')],
      byTarget: [text('to_host'), text('uuid')],
      byProject: [text('in_project'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
      byState: [text('in_state'), text('sort_key')],
      byChange: [text('changes'), text('changed_key')],
      rowsByHost: [text('on_host'), text('uuid')],
    },
    // The report of a host's fault writes these rows, on the condition that they are still as the
    // index shows them.
    whole: ['rowsByHost'],
    stream: true,
    expires: true,
  },
  migrations: {
    key: [text('source'), text('record')],
    indexes: {
      byUuid: [text('uuid')],
      byInstance: [text('instance_uuid'), text('record')],
      byTarget: [text('to_host'), text('record')],
      byStatus: [text('status'), text('record')],
      byTime: [text('live'), text('record')],
    },
  },
  ports: {
    key: [text('id')],
    indexes: {
      byHost: [text('on_host'), text('id')],
      byDevice: [text('on_device'), text('in_order')],
      byName: [text('named'), text('in_order')],
      byProject: [text('in_project'), text('id')],
      listing: [text('live'), text('id')],
    },
    stream: true,
    expires: true,
  },
  networks: {
    key: [text('network_id'), text('kind')],
    indexes: {
      byProject: [text('in_project'), text('network_id')],
      listing: [text('live'), text('network_id')],
    },
  },
  alarms: {
    key: [text('alarm_id'), text('kind')],
    indexes: {
      byKey: [text('key_project'), text('key_place')],
      byProject: [text('in_project'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
      byName: [text('named'), text('in_project')],
      // Enabled periodic alarms only: event alarms have no slot.
      periodic: [text('periodic_slot'), text('periodic_place')],
    },
    // With these attributes a round decides about most alarms without reading their rows.
    included: {
      in: ['periodic'],
      attributes: [
        'type',
        'project_id',
        'rule',
        'scope',
        'state',
        'repeat_actions',
        'failed_rounds',
        'last_round',
      ],
    },
  },
  quotas: { key: [text('owner')] },
  history: {
    key: [text('event_id'), text('alarm_id')],
    indexes: {
      byAlarm: [text('alarm_id'), text('sort_key')],
      byProject: [text('project_shard'), text('sort_key')],
      byTime: [text('time_shard'), text('sort_key')],
      undelivered: [text('undelivered_shard'), text('written_at')],
      byFault: [text('fault_id'), text('fault_place')],
    },
    // Readers of the history need these attributes, but neither the message nor the mark of its
    // delivery.
    included: {
      in: ['byAlarm', 'byProject', 'byTime'],
      attributes: [
        'type',
        'detail',
        'user_id',
        'project_id',
        'on_behalf_of',
        'timestamp',
        'severity',
        'webhooks',
      ],
    },
    expires: true,
  },
  identity: {
    key: [text('id')],
    indexes: { listing: [text('kind'), text('name')] },
  },
  validity: { key: [text('id')], expires: true },
  credentials: { key: [text('owner'), text('name')] },
  attempts: { key: [text('id')], expires: true },
  subscriptions: {
    key: [text('subscription_id')],
    indexes: {
      byProject: [text('project_id'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
    },
  },
  silences: {
    key: [text('silence_id')],
    indexes: {
      byProject: [text('in_project'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
      due: [text('due'), text('due_at')],
    },
    expires: true,
  },
  places: { key: [text('place')], expires: true },
  activity: { key: [text('scope'), text('place')], expires: true },
  conditions: {
    key: [text('condition_id')],
    indexes: {
      bySource: [text('source'), text('sort_key')],
      byTarget: [text('on_target'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
      open: [text('open'), text('sort_key')],
      raised: [text('raised_by'), text('sort_key')],
    },
    expires: true,
  },
  sources: { key: [text('name')], indexes: { listing: [text('listing'), text('name')] } },
  unmatched: {
    key: [text('unmatched_id')],
    indexes: {
      bySource: [text('source'), text('sort_key')],
      byTime: [text('live'), text('sort_key')],
    },
    expires: true,
  },
  received: {
    key: [text('notification_uuid')],
    indexes: { byTime: [text('live'), text('sort_key')] },
    // Lists filter and sort by these attributes.
    included: {
      in: ['byTime'],
      attributes: ['type', 'source_host_uuid', 'generated_time', 'status', 'payload', 'created_at'],
    },
    expires: true,
  },
  timers: { key: [text('slot'), text('place')] },
} satisfies Record<string, TableDefinition>;
