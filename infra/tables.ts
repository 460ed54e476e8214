import { RemovalPolicy } from 'aws-cdk-lib';
import { BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type TableDefinition, tableDefinitions } from './table-definitions.ts';

export interface TablesProps {
  /** True: the tables stay when the stack is deleted. */
  readonly retain: boolean;
}

/** The tables as constructs; `docs/design.md` says what each attribute holds and what each index is for. */
export class Tables extends Construct {
  readonly hosts: Table;
  readonly roster: Table;
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
  readonly silences: Table;
  readonly places: Table;
  readonly activity: Table;
  readonly conditions: Table;
  readonly sources: Table;
  readonly unmatched: Table;
  readonly received: Table;
  readonly cloud: Table;
  readonly timers: Table;

  constructor(scope: Construct, id: string, { retain }: TablesProps) {
    super(scope, id);
    const table = (name: string, definition: TableDefinition): Table =>
      makeTable(this, name, definition, retain);
    this.hosts = table('Hosts', tableDefinitions.hosts);
    this.roster = table('Roster', tableDefinitions.roster);
    this.faults = table('Faults', tableDefinitions.faults);
    this.affected = table('Affected', tableDefinitions.affected);
    this.instances = table('Instances', tableDefinitions.instances);
    this.migrations = table('Migrations', tableDefinitions.migrations);
    this.ports = table('Ports', tableDefinitions.ports);
    this.networks = table('Networks', tableDefinitions.networks);
    this.alarms = table('Alarms', tableDefinitions.alarms);
    this.quotas = table('Quotas', tableDefinitions.quotas);
    this.history = table('History', tableDefinitions.history);
    this.identity = table('Identity', tableDefinitions.identity);
    this.validity = table('Validity', tableDefinitions.validity);
    this.credentials = table('Credentials', tableDefinitions.credentials);
    this.attempts = table('Attempts', tableDefinitions.attempts);
    this.subscriptions = table('Subscriptions', tableDefinitions.subscriptions);
    this.silences = table('Silences', tableDefinitions.silences);
    this.places = table('Places', tableDefinitions.places);
    this.activity = table('Activity', tableDefinitions.activity);
    this.conditions = table('Conditions', tableDefinitions.conditions);
    this.sources = table('Sources', tableDefinitions.sources);
    this.unmatched = table('Unmatched', tableDefinitions.unmatched);
    this.received = table('Received', tableDefinitions.received);
    this.cloud = table('Cloud', tableDefinitions.cloud);
    this.timers = table('Timers', tableDefinitions.timers);
  }
}

/** A table, and its indexes. */
function makeTable(
  scope: Construct,
  id: string,
  { key, indexes = {}, whole = [], included, stream, expires }: TableDefinition,
  retain: boolean,
): Table {
  const made = new Table(scope, id, {
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
        : {
            projectionType: whole.includes(indexName)
              ? ProjectionType.ALL
              : ProjectionType.KEYS_ONLY,
          }),
    });
  }
  return made;
}
