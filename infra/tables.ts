import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

export interface TablesProps {
  /** True keeps the tables when the stack goes. */
  readonly retain: boolean;
}

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });

type Definition = {
  key: readonly [Attribute, Attribute?];
  /** Sparse where the attribute is not on every row. They project keys only: rows are read by key. */
  indexes?: Record<string, readonly [Attribute, Attribute?]>;
  /** What some indexes hold beside the keys, where rows are hardly ever changed and have large parts. */
  included?: { readonly in: readonly string[]; readonly attributes: readonly string[] };
  stream?: boolean;
  expires?: boolean;
};

/** One table a kind; `docs/design.md` says what each attribute holds and who asks each index. */
export class Tables extends Construct {
  readonly hosts: Table;
  readonly faults: Table;
  readonly affected: Table;
  readonly instances: Table;
  readonly migrations: Table;
  readonly ports: Table;
  readonly networks: Table;
  readonly alarms: Table;
  readonly quotas: Table;
  readonly history: Table;
  readonly identity: Table;
  readonly validity: Table;
  readonly credentials: Table;
  readonly attempts: Table;
  readonly subscriptions: Table;

  constructor(scope: Construct, id: string, { retain }: TablesProps) {
    super(scope, id);

    const table = (
      name: string,
      { key, indexes = {}, included, stream, expires }: Definition,
    ): Table => {
      const made = new Table(this, name, {
        partitionKey: key[0],
        ...(key[1] && { sortKey: key[1] }),
        billingMode: BillingMode.PAY_PER_REQUEST,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        ...(stream && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
        ...(expires && { timeToLiveAttribute: 'expires_at' }),
      });
      for (const [indexName, [partitionKey, sortKey]] of Object.entries(indexes)) {
        made.addGlobalSecondaryIndex({
          indexName,
          partitionKey,
          ...(sortKey && { sortKey }),
          ...(included?.in.includes(indexName)
            ? {
                projectionType: ProjectionType.INCLUDE,
                nonKeyAttributes: included.attributes.filter((name) => name !== partitionKey.name),
              }
            : { projectionType: ProjectionType.KEYS_ONLY }),
        });
      }
      return made;
    };

    this.hosts = table('Hosts', {
      key: [text('host')],
      indexes: {
        listing: [text('listing'), text('host')],
        byService: [text('service_id')],
        byNumber: [{ name: 'service_number', type: AttributeType.NUMBER }],
        byHypervisor: [text('hypervisor_id')],
      },
      stream: true,
    });
    this.faults = table('Faults', {
      key: [text('host'), { name: 'number', type: AttributeType.NUMBER }],
      indexes: {
        byFaultId: [text('fault_id')],
        byHost: [text('host'), text('sort_key')],
        open: [text('open'), text('sort_key')],
        byTime: [text('live'), text('sort_key')],
      },
    });
    this.affected = table('Affected', {
      key: [text('fault_id'), text('project_id')],
      indexes: { byProject: [text('project_id'), text('sort_key')] },
    });
    this.instances = table('Instances', {
      key: [text('uuid')],
      indexes: {
        byHost: [text('on_host'), text('sort_key')],
        byTarget: [text('to_host'), text('uuid')],
        byProject: [text('in_project'), text('sort_key')],
        byTime: [text('live'), text('sort_key')],
        byState: [text('in_state'), text('sort_key')],
        byChange: [text('changes'), text('changed_key')],
      },
      stream: true,
      expires: true,
    });
    this.migrations = table('Migrations', {
      key: [text('source'), text('record')],
      indexes: {
        byUuid: [text('uuid')],
        byInstance: [text('instance_uuid'), text('record')],
        byTarget: [text('to_host'), text('record')],
        byStatus: [text('status'), text('record')],
        byTime: [text('live'), text('record')],
      },
    });
    this.ports = table('Ports', {
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
    });
    this.networks = table('Networks', {
      key: [text('network_id'), text('kind')],
      indexes: {
        byProject: [text('in_project'), text('network_id')],
        listing: [text('live'), text('network_id')],
      },
    });
    this.alarms = table('Alarms', {
      key: [text('alarm_id'), text('kind')],
      indexes: {
        lookup: [text('lookup_key'), text('alarm_id')],
        byProject: [text('in_project'), text('sort_key')],
        byTime: [text('live'), text('sort_key')],
        byName: [text('named'), text('in_project')],
      },
    });
    this.quotas = table('Quotas', { key: [text('owner')] });
    this.history = table('History', {
      key: [text('event_id'), text('alarm_id')],
      indexes: {
        byAlarm: [text('alarm_id'), text('sort_key')],
        byProject: [text('on_behalf_of'), text('sort_key')],
        byTime: [text('time_shard'), text('sort_key')],
        undelivered: [text('undelivered_shard'), text('written_at')],
      },
      // The message, and the mark that it was delivered, are nobody's who reads the history.
      included: {
        in: ['byAlarm', 'byProject', 'byTime'],
        attributes: [
          ...['type', 'detail', 'user_id', 'project_id', 'on_behalf_of'],
          ...['timestamp', 'severity', 'webhooks'],
        ],
      },
      expires: true,
    });
    this.identity = table('Identity', {
      key: [text('id')],
      indexes: { listing: [text('kind'), text('name')] },
    });
    this.validity = table('Validity', { key: [text('id')], expires: true });
    this.credentials = table('Credentials', { key: [text('owner'), text('name')] });
    this.attempts = table('Attempts', { key: [text('id')], expires: true });
    this.subscriptions = table('Subscriptions', {
      key: [text('subscription_id')],
      indexes: {
        byProject: [text('project_id'), text('sort_key')],
        byTime: [text('live'), text('sort_key')],
      },
    });
  }
}
