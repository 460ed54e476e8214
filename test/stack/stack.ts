import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readAccount, type Tenant } from '../../scripts/stack/accounts.ts';
import {
  type Account,
  type Answer,
  type Client,
  login as loginWith,
  request,
} from '../../scripts/stack/api.ts';
import { region, rootCredentials } from '../../scripts/stack/ministack.ts';
import { type StackState, savedState, stateDir } from '../../scripts/stack/state.ts';
import { type Subscriber, subscribe as subscribeTo } from '../../scripts/stack/subscriber.ts';

export type { Answer, Client } from '../../scripts/stack/api.ts';
export type { Received, Subscriber } from '../../scripts/stack/subscriber.ts';

/** The deployed stack that the tests use. Throws an error that says what to do if there is none. */
export function readStack(): Required<StackState> {
  const state = savedState();
  if (!state?.outputs || !state.deployed) {
    throw new Error(`No deployed stack in ${stateDir}: run "npm run up" first, or "npm test".`);
  }
  return { ...state, deployed: state.deployed, outputs: state.outputs };
}

/** The names of the stack's outputs: see `infra/service.ts`. */
export type OutputName =
  | 'ApiUrl'
  | 'NotificationsTopicArn'
  | 'NotificationsTopicArns'
  | 'GroupsTopicArn'
  | 'EventsTopicArn'
  | 'AlarmsTopicArn'
  | 'EventQueueUrl'
  | 'EventDlqUrl'
  | 'ChangeQueueUrl'
  | 'UrgentQueueUrl'
  | 'BulkQueueUrl'
  | 'WideQueueUrl'
  | 'TimeoutQueueUrl'
  | 'BulkDlqUrl'
  | 'ReportQueueUrl'
  | 'ReportDlqUrl'
  | 'FaultQueueUrl'
  | 'FaultDlqUrl'
  | 'StreamDlqUrl'
  | 'WebhookQueueUrl'
  | 'WebhookRetryQueueUrl'
  | 'WebhookDlqUrl'
  | 'AdminSecretArn'
  | 'SigningSecretArn'
  | 'WebhookSecretArn'
  | `${TableOutput}Table`
  | `${FunctionOutput}FunctionName`;

type TableOutput =
  | 'Hosts'
  | 'Roster'
  | 'Faults'
  | 'Affected'
  | 'Instances'
  | 'Migrations'
  | 'Ports'
  | 'Networks'
  | 'Alarms'
  | 'History'
  | 'Quotas'
  | 'Identity'
  | 'Validity'
  | 'Credentials'
  | 'Attempts'
  | 'Subscriptions'
  | 'Places';

type FunctionOutput =
  | 'PeriodicPlanner'
  | 'PeriodicEvaluator'
  | 'Identity'
  | 'Compute'
  | 'Network'
  | 'Alarming'
  | 'Doctor'
  | 'Reconciler'
  | 'AlarmEvaluator'
  | 'BulkEvaluator'
  | 'Sweeper'
  | 'FaultFinisher'
  | 'WebhookSender';

/** One output of the deployed stack. */
export function output(name: OutputName): string {
  const value = readStack().outputs[name];
  if (value === undefined) throw new Error(`the deployed stack has no output ${name}`);
  return value;
}

/** The stage, without a slash at its end. */
export const apiUrl = (): string => output('ApiUrl');

/**
 * The configuration of every AWS client of a test: the emulator's root account, which may do
 * everything.
 */
export const clientConfig = () => ({
  endpoint: readStack().endpoint,
  region,
  credentials: rootCredentials,
});

export const sqs = (): SQSClient => new SQSClient(clientConfig());
export const sns = (): SNSClient => new SNSClient(clientConfig());
export const dynamodb = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig()), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** A client of the API for the admin, or for a member of a tenant's project. */
export const login = (who: 'admin' | Tenant): Promise<Client> => loginAs(readAccount(who));

/** A client of the API for any user, in the named project. Throws if the login is refused. */
export const loginAs = (account: Account): Promise<Client> => loginWith(apiUrl(), account);

/**
 * Logs in with a password. Returns the answer, also if it is an error. Without a scope the token is
 * for the user's default project. `path` is where the request goes.
 */
export const attemptLogin = (attempt: {
  readonly name: string;
  readonly password: string;
  readonly scope?: unknown;
  readonly path?: string;
}): Promise<Answer> => {
  const { name, password, scope, path = '/identity/v3/auth/tokens' } = attempt;
  const user = { name, domain: { id: 'default' }, password };
  const identity = { methods: ['password'], password: { user } };
  return request(`${apiUrl()}${path}`, 'POST', { body: { auth: { identity, scope } } });
};

/** The token in the answer to a login; empty if the login was refused. */
export const tokenIn = ({ headers }: Answer): string => headers.get('x-subject-token') ?? '';

/** Subscribes a new queue to the tenants' notifications. Close it when done. */
export const subscribe = (filterPolicy?: Record<string, unknown>): Promise<Subscriber> =>
  subscribeTo(readStack().endpoint, output('NotificationsTopicArn'), filterPolicy);

/** Subscribes a new queue to the operators' events. Close it when done. */
export async function subscribeToEvents(
  filterPolicy?: Record<string, unknown>,
): Promise<Subscriber> {
  const made = await subscribeTo(readStack().endpoint, output('EventsTopicArn'), filterPolicy);
  // A reconciler remembers for a second that the topic has no subscribers.
  await sleep(1_000);
  return made;
}

/** The environment in which the `openstack` command line acts as `who`. */
export function openstackEnv(who: 'admin' | Tenant): Record<string, string> {
  const { username, password, project } = readAccount(who);
  return {
    OS_AUTH_URL: `${apiUrl()}/identity/v3`,
    OS_USERNAME: username,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_IDENTITY_API_VERSION: '3',
    OS_REGION_NAME: 'RegionOne',
  };
}
