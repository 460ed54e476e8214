/** What `docs/reference/settings.md` says of each setting. A test fails if a setting has no text. */
import type { ServiceSettings } from '../../infra/settings.ts';

/** One or two sentences for each setting: unit, limits, what empty means. */
export const settingTexts: Readonly<Record<keyof ServiceSettings, string>> = {
  publicUrl:
    'The address at which clients reach the API. Empty: links begin with the address that the request came to. Its path must have no `v` with a digit or a dot after it',
  corsAllowedOrigins:
    '[Origins](../administrators.md#the-apis-address) such as `https://console.example` whose pages may call the API from a browser, separated by commas. `*`: any origin',
  regionName: "The region in the service catalogue: the clients' `OS_REGION_NAME`",
  acceptAlarmsWithoutResourceId:
    '`false`: an alarm must name a resource, by attribute or by an `eq` condition',
  serviceDownTimeSeconds:
    'How old the last heartbeat of a host may be while the host counts as up. Only for hosts that are registered with heartbeats',
  instancesOnForceDown:
    'What `os-services` does to the servers of a host that it forces down. `stop`: they are stopped; `leave`: they stay as they are, as with Nova ([what that means](../administrators.md#leave-the-servers-as-they-are))',
  evacuationExecutor:
    '`external`: another program moves the servers that are evacuated, and [reports the result](../administrators.md#who-moves-the-servers). `none`: Doctor only records a move, and the move is done when it is recorded',
  safeLaneDelaySeconds:
    'How long after an event its safe copy is evaluated ([safe lane](../design.md#glossary)); at most 900',
  finishDelaysSeconds:
    'How long after a fault its instances are checked again, for each check; each at most 900',
  evaluatorTimeoutSeconds: 'How long one run of an evaluator may take',
  evaluatorConcurrency:
    'How many evaluators of faults may run at a time; at least 2. Further events wait in the queue',
  bulkConcurrency:
    'How many evaluators may run at a time for each of the [other queues of events](../design.md#queues-of-events)',
  historyRetentionDays:
    'How long the history of alarms is kept, with the notifications in it; at least 15',
  projectAlarmQuota:
    'How many alarms a project may have if no administrator set a quota for it. `-1`: no limit',
  userAlarmQuota: 'How many alarms a user may have, in all projects together. `-1`: no limit',
  webhookTimeoutSeconds: "How long a webhook's receiver may take to answer; at most 10",
  webhookAttempts:
    'After how many tries a webhook is given up. With 12 tries that is after about half an hour',
  webhookConcurrency:
    'How many senders of webhooks may run at a time, counted separately for first tries and for retries',
  webhookPlacesPerProject:
    'How many of the senders of first tries may work for one project at a time; less than `webhookConcurrency`',
  webhookAllowedRanges:
    'Ranges such as `10.1.0.0/16,fd00::/8` that webhooks may reach although they are not public',
  actionTopics:
    "ARNs of SNS topics in Doctor's region, separated by commas, that alarms of any project may have as actions",
  notificationTopics:
    "Over how many topics the projects' notifications are spread: see [Subscriptions](../administrators.md#subscriptions)",
  subscriptionsPerProject: 'How many subscriptions a project may have',
  loginAttemptsPerUser:
    'How many wrong logins on one user or application credential are allowed from one source before its logins are refused for a while. `0`: no limit ([more](../administrators.md#wrong-logins))',
  loginAttemptsPerSource:
    'How many wrong logins are allowed from one source, on all users together. `0`: no limit',
  loginAttemptsWindowSeconds:
    'How long wrong logins are remembered, from the first one; at most 86400',
  credentialsPerUser: 'How many application credentials a user may have. `-1`: no limit',
};
