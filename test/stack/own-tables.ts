import * as z from 'zod';
import type { EnvName } from '../../adapters/env.ts';
import { loopback } from '../../scripts/stack/deploy.ts';
import { receiver, type Subscriber } from '../../scripts/stack/subscriber.ts';
import { ownStack } from './own-stack.ts';
import { output, sqs } from './stack.ts';

const BatchRead = z.object({ RequestItems: z.record(z.string(), z.unknown()) });

/** True if a call is part of the check of a token, which every request makes once. */
export function isTokenCheck(input: unknown): boolean {
  const read = BatchRead.safeParse(input);
  return read.success && Object.keys(read.data.RequestItems).join().includes('ValidityTable');
}

/** Receives what is published to a topic. */
type Receiver = Pick<Subscriber, 'queueUrl' | 'receive'>;

/** Names, as in a function's environment, of tables, queues and topics that no other test uses. */
export type OwnThings = {
  readonly env: Readonly<Record<EnvName, string>>;
  /** Receives all that is published to `NOTIFICATIONS_TOPIC_ARNS`. */
  readonly notifications: Receiver;
  /** Receives all that is published to `GROUPS_TOPIC_ARNS`. */
  readonly groups: Receiver;
  /** Receives all that is published to `EVENTS_TOPIC_ARN`. */
  readonly events: Receiver;
  /** Deletes all of these resources. */
  readonly cleanup: () => Promise<void>;
};

/**
 * Creates tables, queues and topics on the embedded stack that only one test uses. They are defined
 * like the deployed ones, without event sources, so that the test decides which function runs when.
 */
export async function ownThings(): Promise<OwnThings> {
  const { made: own, remove } = await ownStack();
  const client = sqs();
  return {
    env: {
      HOSTS_TABLE: own.HostsTable,
      ROSTER_TABLE: own.RosterTable,
      FAULTS_TABLE: own.FaultsTable,
      AFFECTED_TABLE: own.AffectedTable,
      INSTANCES_TABLE: own.InstancesTable,
      MIGRATIONS_TABLE: own.MigrationsTable,
      PORTS_TABLE: own.PortsTable,
      NETWORKS_TABLE: own.NetworksTable,
      ALARMS_TABLE: own.AlarmsTable,
      HISTORY_TABLE: own.HistoryTable,
      QUOTAS_TABLE: own.QuotasTable,
      IDENTITY_TABLE: own.IdentityTable,
      VALIDITY_TABLE: own.ValidityTable,
      CREDENTIALS_TABLE: own.CredentialsTable,
      ATTEMPTS_TABLE: own.AttemptsTable,
      SILENCES_TABLE: own.SilencesTable,
      SILENCES_PER_PROJECT: '50',
      SILENCE_LONGEST_SECONDS: '2592000',
      SUBSCRIPTIONS_TABLE: own.SubscriptionsTable,
      PLACES_TABLE: own.PlacesTable,
      ACTIVITY_TABLE: own.ActivityTable,
      HELD_REQUESTS_PER_PROJECT: '2',
      HELD_REQUESTS: '10',
      READ_FUNCTIONS: 'compute=none',
      WORK_QUEUES: `events=${own.EventQueue},bulk=${own.BulkQueue},changes=${own.ChangeQueue}`,
      DEAD_LETTER_QUEUES: `events=${own.EventDlq},bulk=${own.BulkDlq}`,
      CONDITIONS_TABLE: own.ConditionsTable,
      SOURCES_TABLE: own.SourcesTable,
      UNMATCHED_TABLE: own.UnmatchedTable,
      RECEIVED_TABLE: own.ReceivedTable,
      CLOUD_TABLE: own.CloudTable,
      TIMERS_TABLE: own.TimersTable,
      WEBHOOK_PLACES: '4',
      WEBHOOK_POSTS_PER_RECEIVER: '600',
      WEBHOOK_POSTS_PER_PROJECT: '3000',
      EVENT_QUEUE_URL: own.EventQueue,
      CHANGE_QUEUE_URL: own.ChangeQueue,
      URGENT_QUEUE_URL: own.UrgentQueue,
      BULK_QUEUE_URL: own.BulkQueue,
      WIDE_QUEUE_URL: own.WideQueue,
      TIMEOUT_QUEUE_URL: own.TimeoutQueue,
      TIMEOUT_CONCURRENCY: '2',
      PERIODIC_QUEUE_URL: own.PeriodicQueue,
      PERIODIC_SLOW_QUEUE_URL: own.PeriodicSlowQueue,
      PROMETHEUS_URL: '',
      PROMETHEUS_AUTH: 'none',
      PROMETHEUS_SECRET: '',
      PROMETHEUS_TIMEOUT_SECONDS: '1',
      PROMETHEUS_PROJECT_LABEL: 'project_id',
      EVENT_DLQ_URL: own.EventDlq,
      BULK_DLQ_URL: own.BulkDlq,
      REPORT_DLQ_URL: own.ReportDlq,
      REPORT_QUEUE_URL: own.ReportQueue,
      TICK_QUEUE_URL: own.TickQueue,
      REPORT_MISSED_HEARTBEATS: 'true',
      INVENTORY_QUEUE_URL: '',
      CLOUD_SECRET: '',
      MIRROR_QUEUE_URL: own.MirrorQueue,
      CLOUD_CALLS_IN_FLIGHT: '14',
      CLOUD_WALK_MINUTES: '60',
      OIDC_ISSUER: '',
      OIDC_AUDIENCE: '',
      OIDC_PROJECT_CLAIM: '',
      OIDC_ROLES_CLAIM: '',
      OIDC_ROLES: '',
      CLOUD_QUEUE_URL: own.CloudQueue,
      MOVE_QUEUE_URL: own.MoveQueue,
      CLOUD_DLQ_URL: own.CloudDlq,
      CLOUD_SERVERS_ON_FAULT: 'leave',
      EVALUATOR_PACE: 'full',
      FAULT_QUEUE_URL: own.FaultQueue,
      WEBHOOK_QUEUE_URL: own.WebhookQueue,
      WEBHOOK_RETRY_QUEUE_URL: own.WebhookRetryQueue,
      WEBHOOK_DLQ_URL: own.WebhookDlq,
      NOTIFICATIONS_TOPIC_ARNS: own.NotificationsTopic,
      GROUPS_TOPIC_ARNS: own.GroupsTopic,
      GROUP_QUEUE_URL: own.EventQueue,
      SUBSCRIPTIONS_PER_PROJECT: '20',
      SUBSCRIPTION_COOLDOWN_SECONDS: '300',
      SUBSCRIPTION_REQUESTS_PER_HOUR: '60',
      ALARM_TESTS_PER_PROJECT: '10',
      EVENTS_TOPIC_ARN: own.EventsTopic,
      ADMIN_SECRET_ARN: output('AdminSecretArn'),
      SIGNING_SECRET_ARN: output('SigningSecretArn'),
      ACTION_TOPICS: own.NotificationsTopic,
      WEBHOOK_SECRET_ARN: output('WebhookSecretArn'),
      WEBHOOK_TIMEOUT_SECONDS: '1',
      WEBHOOK_ATTEMPTS: '12',
      WEBHOOK_ALLOWED_RANGES: loopback,
      UV_THREADPOOL_SIZE: '64',
      PUBLIC_URL: 'https://doctor.example/api',
      CORS_ALLOWED_ORIGINS: '',
      REGION_NAME: 'RegionOne',
      SERVICE_DOWN_TIME_SECONDS: '60',
      INSTANCES_ON_FORCE_DOWN: 'stop',
      EVACUATION_EXECUTOR: 'none',
      ACCEPT_ALARMS_WITHOUT_RESOURCE_ID: 'true',
      SAFE_LANE_DELAY_SECONDS: '0',
      FINISH_DELAYS_SECONDS: '0',
      EVALUATOR_TIMEOUT_SECONDS: '20',
      HISTORY_RETENTION_DAYS: '30',
      PROJECT_ALARM_QUOTA: '-1',
      USER_ALARM_QUOTA: '-1',
      PROJECT_WIDE_ALARM_QUOTA: '-1',
      PROJECT_PERIODIC_ALARM_QUOTA: '-1',
      ACTIONS_PER_ALARM: '20',
      TIME_CONSTRAINTS_PER_ALARM: '20',
      LOGIN_ATTEMPTS_PER_USER: '10',
      PASSWORD_HASH_ROUNDS: '10',
      LOGIN_ATTEMPTS_PER_SOURCE: '300',
      LOGIN_ATTEMPTS_WINDOW_SECONDS: '900',
      CREDENTIALS_PER_USER: '100',
    },
    notifications: receiver(client, own.NotificationsSubscriber),
    groups: receiver(client, own.GroupsSubscriber),
    events: receiver(client, own.EventsSubscriber),
    cleanup: async () => {
      client.destroy();
      await remove();
    },
  };
}
