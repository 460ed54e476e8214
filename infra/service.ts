import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmEvaluator, BulkEvaluator } from './alarm-evaluator.ts';
import { Alarming, previewPaths } from './alarming.ts';
import { Api } from './api.ts';
import { cloudFaultsOf, requireCloudForMoves } from './cloud-faults.ts';
import { cloudMirrorOf } from './cloud-mirror.ts';
import { Compute, HostReports, hostReportPaths } from './compute.ts';
import { reserveConcurrency } from './concurrency.ts';
import { Console } from './console.ts';
import { Doctor, tenantPaths } from './doctor.ts';
import { FaultFinisher } from './fault-finisher.ts';
import { grantForEmulator } from './grants.ts';
import { Identity } from './identity.ts';
import { Inventory } from './inventory.ts';
import { Lateness } from './lateness.ts';
import { arnsOf, Messaging } from './messaging.ts';
import { Monitors, monitorPaths } from './monitors.ts';
import { Network } from './network.ts';
import { Operations, operationPaths } from './operations.ts';
import { roundsOf } from './periodic.ts';
import { Reconciler } from './reconciler.ts';
import { ReportReceiver } from './report-receiver.ts';
import { Secrets } from './secrets.ts';
import { type ServiceSettings, withDefaults } from './settings.ts';
import { Sweeper } from './sweeper.ts';
import { Tables } from './tables.ts';
import { Timekeeper } from './timekeeper.ts';
import { Warm } from './warm.ts';
import { WebhookSender } from './webhook-sender.ts';
import type { Capability, Wiring } from './wiring.ts';

export interface DoctorStackProps extends StackProps {
  /** `emulator`: MiniStack or LocalStack, where the tables are deleted with the stack. */
  readonly target: 'aws' | 'emulator';
  readonly settings?: Partial<ServiceSettings>;
}

/** The whole of Doctor: tables, messaging, secrets, the API and one construct for each function. */
export class DoctorStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { target, settings: given, ...props }: DoctorStackProps,
  ) {
    super(scope, id, props);
    const settings = withDefaults(given);
    const emulated = target === 'emulator';
    if (emulated) grantForEmulator(this);
    requireCloudForMoves(this, settings);

    const tables = new Tables(this, 'Tables', { retain: !emulated });
    const messaging = new Messaging(this, 'Messaging', { settings, secureTransport: !emulated });
    const secrets = new Secrets(this, 'Secrets');
    const api = new Api(this, 'Api', {
      rate: { perSecond: settings.requestsPerSecond, burst: settings.requestBurst },
      loginRate: { perSecond: settings.loginsPerSecond, burst: settings.loginBurst },
      ...(emulated && { fixedId: 'doctor' }),
    });
    const shared = { tables, messaging, secrets, settings };

    const surfaces = {
      Identity: new Identity(this, 'Identity', shared),
      Compute: new Compute(this, 'Compute', shared),
      Network: new Network(this, 'Network', shared),
      Alarming: new Alarming(this, 'Alarming', shared),
      Doctor: new Doctor(this, 'Doctor', shared),
      Monitors: new Monitors(this, 'Monitors', shared),
    };
    const capabilities = {
      ...surfaces,
      HostReports: new HostReports(this, 'HostReports', shared),
      Operations: new Operations(this, 'Operations', { ...shared, readers: readersIn(surfaces) }),
      Console: new Console(this, 'Console', shared),
      ReportReceiver: new ReportReceiver(this, 'ReportReceiver', shared),
      ...(settings.inventoryFromEvents && {
        Inventory: new Inventory(this, 'Inventory', shared),
      }),
      ...cloudMirrorOf(this, shared),
      ...cloudFaultsOf(this, shared),
      Reconciler: new Reconciler(this, 'Reconciler', shared),
      AlarmEvaluator: new AlarmEvaluator(this, 'AlarmEvaluator', shared),
      BulkEvaluator: new BulkEvaluator(this, 'BulkEvaluator', shared),
      ...roundsOf(this, shared),
      Sweeper: new Sweeper(this, 'Sweeper', shared),
      Timekeeper: new Timekeeper(this, 'Timekeeper', shared),
      FaultFinisher: new FaultFinisher(this, 'FaultFinisher', shared),
      WebhookSender: new WebhookSender(this, 'WebhookSender', shared),
    };
    serve(api, capabilities);

    if (!emulated) {
      const functions = functionsOf(capabilities);
      reserveConcurrency(this, functions, settings);
      new Warm(this, 'Warm', {
        reports: capabilities.HostReports.function,
        evaluator: capabilities.AlarmEvaluator.function,
      });
      new Lateness(this, 'Lateness', {
        messaging,
        settings,
        functions,
        streamReader: capabilities.Reconciler.function,
        serverErrors: api.serverErrors,
      });
    }

    makeOutputs(this, { ...outputsOf(shared, api), ...functionNames(capabilities) });
  }
}

/** The functions that `operations` calls for pages. */
const readersIn = (
  of: Readonly<Record<'Compute' | 'Network' | 'Alarming' | 'Doctor' | 'Monitors', Capability>>,
) => ({
  compute: of.Compute.function,
  network: of.Network.function,
  alarming: of.Alarming.function,
  doctor: of.Doctor.function,
  monitors: of.Monitors.function,
});

type Served =
  | 'Identity'
  | 'Compute'
  | 'HostReports'
  | 'Network'
  | 'Alarming'
  | 'Doctor'
  | 'Monitors'
  | 'Operations'
  | 'Console';

/** Puts the functions of the surfaces behind their paths. */
function serve(api: Api, capabilities: Readonly<Record<Served, Capability>>): void {
  api.serve('identity', capabilities.Identity.function, { root: true, limitedApart: ['POST'] });
  api.serve('compute', capabilities.Compute.function, {
    within: {
      path: 'v2.1',
      parts: [{ segments: hostReportPaths, handler: capabilities.HostReports.function }],
    },
  });
  api.serve('image', capabilities.Compute.function);
  // So that lists of tenants do not use up the limit of reports on ports.
  api.serve('network', capabilities.Network.function, { limitedApart: ['GET'] });
  api.serve('alarming', capabilities.Alarming.function);
  api.serve('doctor', capabilities.Doctor.function, {
    within: {
      path: 'v1',
      parts: [
        { segments: monitorPaths, handler: capabilities.Monitors.function },
        { segments: operationPaths, handler: capabilities.Operations.function },
        { segments: previewPaths, handler: capabilities.Alarming.function },
        { segments: tenantPaths, handler: capabilities.Doctor.function },
      ],
    },
  });
  api.serve('events', capabilities.Monitors.function);
  api.serve('instance-ha', capabilities.Monitors.function);
  api.serve('console', capabilities.Console.function);
}

/** Makes an output of each value, under its name. */
function makeOutputs(scope: Construct, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) new CfnOutput(scope, name, { value });
}

/** What clients, tests and operators need of a deployed stack. */
const outputsOf = ({ tables, messaging, secrets }: Wiring, api: Api) => ({
  ApiUrl: api.url,
  NotificationsTopicArn: messaging.notifications[0]?.topicArn ?? '',
  NotificationsTopicArns: arnsOf(messaging.notifications),
  GroupsTopicArn: messaging.groups[0]?.topicArn ?? '',
  GroupsTopicArns: arnsOf(messaging.groups),
  EventsTopicArn: messaging.events.topicArn,
  AlarmsTopicArn: messaging.alarms.topicArn,
  EventQueueUrl: messaging.eventQueue.queueUrl,
  EventDlqUrl: messaging.eventDeadLetters.queueUrl,
  ChangeQueueUrl: messaging.changeQueue.queueUrl,
  UrgentQueueUrl: messaging.urgentQueue.queueUrl,
  BulkQueueUrl: messaging.bulkQueue.queueUrl,
  WideQueueUrl: messaging.wideQueue.queueUrl,
  TimeoutQueueUrl: messaging.timeoutQueue.queueUrl,
  PeriodicQueueUrl: messaging.periodicQueue.queueUrl,
  PeriodicSlowQueueUrl: messaging.periodicSlowQueue.queueUrl,
  BulkDlqUrl: messaging.bulkDeadLetters.queueUrl,
  ReportQueueUrl: messaging.reportQueue.queueUrl,
  ReportDlqUrl: messaging.reportDeadLetters.queueUrl,
  FaultQueueUrl: messaging.faultQueue.queueUrl,
  FaultDlqUrl: messaging.faultDeadLetters.queueUrl,
  TickQueueUrl: messaging.tickQueue.queueUrl,
  StreamDlqUrl: messaging.streamDeadLetters.queueUrl,
  ...(messaging.cloudQueues && {
    CloudQueueUrl: messaging.cloudQueues.tasks.queueUrl,
    CloudDlqUrl: messaging.cloudQueues.deadLetters.queueUrl,
  }),
  WebhookQueueUrl: messaging.webhookQueue.queueUrl,
  WebhookRetryQueueUrl: messaging.webhookRetryQueue.queueUrl,
  WebhookDlqUrl: messaging.webhookDeadLetters.queueUrl,
  AdminSecretArn: secrets.admin.secretArn,
  SigningSecretArn: secrets.signing.secretArn,
  WebhookSecretArn: secrets.webhooks.secretArn,
  HostsTable: tables.hosts.tableName,
  RosterTable: tables.roster.tableName,
  FaultsTable: tables.faults.tableName,
  AffectedTable: tables.affected.tableName,
  InstancesTable: tables.instances.tableName,
  MigrationsTable: tables.migrations.tableName,
  PortsTable: tables.ports.tableName,
  NetworksTable: tables.networks.tableName,
  AlarmsTable: tables.alarms.tableName,
  HistoryTable: tables.history.tableName,
  QuotasTable: tables.quotas.tableName,
  IdentityTable: tables.identity.tableName,
  ValidityTable: tables.validity.tableName,
  CredentialsTable: tables.credentials.tableName,
  AttemptsTable: tables.attempts.tableName,
  SubscriptionsTable: tables.subscriptions.tableName,
  SilencesTable: tables.silences.tableName,
  PlacesTable: tables.places.tableName,
  ActivityTable: tables.activity.tableName,
  ConditionsTable: tables.conditions.tableName,
  SourcesTable: tables.sources.tableName,
  UnmatchedTable: tables.unmatched.tableName,
  ReceivedTable: tables.received.tableName,
  CloudTable: tables.cloud.tableName,
  TimersTable: tables.timers.tableName,
});

/** The function of each capability, by its name. */
const functionsOf = (capabilities: Readonly<Record<string, Capability>>) =>
  Object.fromEntries(Object.entries(capabilities).map(([name, { function: fn }]) => [name, fn]));

/** The output `<name>FunctionName` of each capability. */
const functionNames = (capabilities: Readonly<Record<string, Capability>>) =>
  Object.fromEntries(
    Object.entries(capabilities).map(([name, capability]) => [
      `${name}FunctionName`,
      capability.function.functionName,
    ]),
  );
