/** `docs/reference/settings.md`. */
import { settingRows } from '../../infra/settings.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

/** The section of a guide that says more about a setting, by the setting's name. */
const more = [
  ['corsAllowedOrigins', "The API's address", '../administrators.md#the-apis-address'],
  [
    'instancesOnForceDown',
    'Leave the servers as they are',
    '../administrators.md#leave-the-servers-as-they-are',
  ],
  [
    'cloudServersOnFault',
    'Faults in the OpenStack cloud',
    '../administrators.md#faults-in-the-openstack-cloud',
  ],
  ['evacuationExecutor', 'Who moves the servers', '../administrators.md#who-moves-the-servers'],
  ['safeLaneDelaySeconds', 'Glossary', '../design.md#glossary'],
  ['bulkConcurrency', 'Queues of events', '../design.md#queues-of-events'],
  [
    'timeoutConcurrency',
    'Many alarms on events that do not come',
    '../performance.md#many-alarms-on-events-that-do-not-come-at-one-moment',
  ],
  ['webhookConcurrency', 'Webhooks', '../administrators.md#webhooks'],
  ['notificationTopics', 'Subscriptions', '../administrators.md#subscriptions'],
  ['loginAttemptsPerUser', 'Wrong logins', '../administrators.md#wrong-logins'],
] as const;

const links = new Map<string, string>(more.map(([name, title, to]) => [name, `[${title}](${to})`]));

const rows = (): string[][] =>
  settingRows.map(({ name, default: value, means, variable }) => {
    const link = links.get(name);
    const text = link === undefined ? means : `${means}. See ${link}`;
    return [code(name), code(value) || 'empty', text, code(variable ?? '')];
  });

/** The variables that the scripts read, with their defaults. */
const scriptVariables = [
  ['DOCTOR_PORT', '4566', 'The port of the embedded stack. If it is taken: a free one'],
  ['DOCTOR_STATE_DIR', '.doctor', 'The directory in which a stack keeps its files and its data'],
  ['DOCTOR_PATIENCE_SECONDS', '60', 'How long a stack may take to answer'],
  ['LOCALSTACK_PORT', '4567', 'The port of [LocalStack](../how-to/localstack.md)'],
] as const;

/** The page. */
export const settingsPage = (): string =>
  page(
    '# Settings',
    generatedFrom('`infra/settings.ts`'),
    'Each setting can be given as CDK context under its name, in `cdk.json` or on the command line. A change takes effect with the next deployment. A value that is not allowed ends the deployment with an error that names the setting.',
    '<!-- not run: needs an AWS account -->\n```sh\nnpm run deploy -- -c regionName=eu-1 -c acceptAlarmsWithoutResourceId=false\n```',
    table(['setting', 'default', 'means', 'variable of functions'], rows()),
    '## Variables of the scripts',
    'The scripts of `package.json` read these variables of the environment:',
    table(
      ['variable', 'default', 'means'],
      scriptVariables.map(([name, value, means]) => [code(name), code(value), means]),
    ),
  );
