/** What each function may do, action by action. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { DoctorStack } from '../../infra/service.ts';
import type { ServiceSettings } from '../../infra/settings.ts';
import { expectedRows } from './expected-rows.ts';
import { functions, makeStack, policies, subject } from './template.ts';

const template = Template.fromStack(makeStack());
const allowed = policies(template);

/** The permissions of a function, as `action on subject`, without those for its log. */
const grantsOf = (name: string): string[] =>
  (allowed.get(name) ?? [])
    .flatMap(({ action, resource }) =>
      action.flatMap((verb) => resource.map((what) => `${verb} on ${subject(what)}`)),
    )
    .filter((grant) => !grant.startsWith('logs:'))
    .sort();

describe('permissions', () => {
  test('every function has a policy of its own', () => {
    expect([...allowed.keys()].sort()).toEqual([...functions].sort());
  });

  test.each(functions)('%s is allowed named actions only, and no scan', (name) => {
    const actions = (allowed.get(name) ?? []).flatMap(({ action }) => action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(
      actions.filter((action) => /:(Scan|PartiQLSelect|BatchWriteItem)$/.test(action)),
    ).toEqual([]);
  });

  test.each(functions)('on all resources, %s may only list streams', (name) => {
    const wide = (allowed.get(name) ?? []).filter(({ resource }) =>
      resource.some((what) => JSON.stringify(what).includes('*')),
    );
    expect(
      wide.flatMap(({ action }) => action).filter((a) => a !== 'dynamodb:ListStreams'),
    ).toEqual([]);
  });

  test.each([
    { name: 'Identity', secrets: ['AdminSecret', 'SigningSecret'] },
    { name: 'Doctor', secrets: ['AdminSecret', 'SigningSecret', 'WebhookSecret'] },
    { name: 'Monitors', secrets: ['AdminSecret', 'SigningSecret'] },
    { name: 'Compute', secrets: ['SigningSecret'] },
    { name: 'HostReports', secrets: ['SigningSecret'] },
    { name: 'Operations', secrets: ['SigningSecret'] },
    { name: 'Console', secrets: [] },
    { name: 'Network', secrets: ['SigningSecret'] },
    { name: 'Alarming', secrets: ['SigningSecret'] },
    { name: 'ReportReceiver', secrets: [] },
    { name: 'Reconciler', secrets: [] },
    { name: 'AlarmEvaluator', secrets: [] },
    { name: 'BulkEvaluator', secrets: [] },
    { name: 'PeriodicPlanner', secrets: [] },
    { name: 'PeriodicEvaluator', secrets: [] },
    { name: 'Sweeper', secrets: [] },
    { name: 'Timekeeper', secrets: [] },
    { name: 'FaultFinisher', secrets: [] },
    { name: 'WebhookSender', secrets: ['WebhookSecret'] },
  ])('$name reads the secrets $secrets', ({ name, secrets }) => {
    const read = grantsOf(name).filter((grant) => grant.startsWith('secretsmanager:'));
    expect(read).toEqual(
      secrets.map((secret) => `secretsmanager:GetSecretValue on ${secret}`).sort(),
    );
  });

  test.each(expectedRows)(
    '$name may touch these rows and indexes, and no others',
    ({ name, data }) => {
      const touched = grantsOf(name).filter((grant) =>
        /^dynamodb:(?!.* on (.*\/stream|\*)$)/.test(grant),
      );
      expect(touched).toEqual(data.map((grant) => `dynamodb:${grant}`).sort());
    },
  );

  test.each([
    { name: 'Compute', queues: ['ChangeQueue', 'EventQueue'] },
    { name: 'HostReports', queues: ['ChangeQueue', 'EventQueue'] },
    { name: 'Monitors', queues: ['ChangeQueue', 'EventQueue'] },
    { name: 'Network', queues: ['ChangeQueue', 'EventQueue'] },
    { name: 'FaultFinisher', queues: ['ChangeQueue', 'EventQueue'] },
    {
      name: 'Reconciler',
      queues: [
        ...['ChangeQueue', 'EventDeadLetters', 'EventQueue', 'FaultQueue', 'ReportQueue'],
        'StreamDeadLetters',
      ],
    },
    {
      name: 'Doctor',
      queues: ['BulkDeadLetters', 'BulkQueue', 'ChangeQueue', 'EventQueue', 'UrgentQueue'],
    },
    {
      name: 'ReportReceiver',
      queues: [
        ...['BulkDeadLetters', 'BulkQueue', 'ChangeQueue', 'EventQueue', 'ReportDeadLetters'],
        'UrgentQueue',
      ],
    },
    {
      name: 'AlarmEvaluator',
      queues: ['EventDeadLetters', 'EventQueue', 'WebhookQueue', 'WideQueue'],
    },
    {
      name: 'BulkEvaluator',
      queues: [
        ...['BulkDeadLetters', 'BulkQueue', 'ChangeQueue', 'EventQueue', 'UrgentQueue'],
        ...['WebhookQueue', 'WideQueue'],
      ],
    },
    { name: 'PeriodicPlanner', queues: ['PeriodicQueue', 'PeriodicSlowQueue'] },
    {
      name: 'PeriodicEvaluator',
      queues: ['BulkDeadLetters', 'PeriodicSlowQueue', 'WebhookQueue'],
    },
    { name: 'Sweeper', queues: ['EventQueue', 'WebhookQueue'] },
    {
      name: 'Operations',
      queues: [
        ...['BulkQueue', 'ChangeQueue', 'EventQueue', 'FaultQueue', 'ReportQueue', 'TimeoutQueue'],
        ...['UrgentQueue', 'WebhookQueue', 'WideQueue'],
      ],
    },
    { name: 'Timekeeper', queues: ['ReportQueue', 'TickQueue', 'TimeoutQueue'] },
    {
      name: 'WebhookSender',
      queues: ['WebhookDeadLetters', 'WebhookQueue', 'WebhookRetryQueue'],
    },
  ])('$name may send to $queues, and to no other queue', ({ name, queues }) => {
    const sent = grantsOf(name).filter((grant) => grant.startsWith('sqs:SendMessage '));
    expect(sent).toEqual(queues.map((queue) => `sqs:SendMessage on ${queue}`));
  });

  test('the evaluator of faults empties their queue and no other', () => {
    const emptied = (name: string) =>
      grantsOf(name).filter((grant) => grant.startsWith('sqs:ReceiveMessage '));
    expect(emptied('AlarmEvaluator')).toEqual(['sqs:ReceiveMessage on EventQueue']);
    expect(emptied('BulkEvaluator')).toEqual(
      ['BulkQueue', 'ChangeQueue', 'TimeoutQueue', 'UrgentQueue', 'WideQueue'].map(
        (queue) => `sqs:ReceiveMessage on ${queue}`,
      ),
    );
  });

  test('the console may only write its log', () => {
    expect(grantsOf('Console')).toEqual([]);
    expect(allowed.get('Console')).toHaveLength(1);
  });

  test('operations receives and deletes dead letters, and no messages of the queues of work', () => {
    const taken = grantsOf('Operations').filter((grant) =>
      /^sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility) /.test(grant),
    );
    expect(taken).toHaveLength(18);
    expect(taken.filter((grant) => !grant.endsWith('DeadLetters'))).toEqual([]);
  });

  test('only operations calls functions: those that serve the reads of pages, and none that logs users in', () => {
    const calls = (name: string) =>
      grantsOf(name).filter((grant) => grant.startsWith('lambda:InvokeFunction '));
    expect(functions.filter((name) => calls(name).length > 0)).toEqual(['Operations']);
    expect(calls('Operations')).toEqual(
      ['Alarming', 'Compute', 'Doctor', 'Monitors', 'Network'].map(
        (name) => `lambda:InvokeFunction on ${name}Function`,
      ),
    );
  });

  test('rounds and events have queues, indexes and functions of their own', () => {
    const emptied = (name: string) =>
      grantsOf(name).filter((grant) => grant.startsWith('sqs:ReceiveMessage '));
    expect(emptied('PeriodicEvaluator')).toEqual(
      ['PeriodicQueue', 'PeriodicSlowQueue'].map((queue) => `sqs:ReceiveMessage on ${queue}`),
    );
    const reads = (index: string) =>
      functions.filter((name) => grantsOf(name).includes(`dynamodb:Query on Alarms/${index}`));
    expect(reads('periodic')).toEqual(['PeriodicPlanner', 'PeriodicEvaluator']);
    expect(reads('byKey')).toEqual(['AlarmEvaluator', 'BulkEvaluator']);
  });

  test('the credentials of Prometheus are granted to its evaluator alone, and only if they are used', () => {
    const granted = (settings: Partial<ServiceSettings>) => {
      const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
      const stack = new DoctorStack(app, 'Doctor', { target: 'aws', settings });
      return [...policies(Template.fromStack(stack))].flatMap(([name, statements]) =>
        statements
          .filter(({ resource }) => /prom-secret|workspace/.test(JSON.stringify(resource)))
          .map(({ action }) => `${name} ${action.join()}`),
      );
    };
    expect(granted({})).toEqual([]);
    const prometheusUrl = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1';
    expect(granted({ prometheusAuth: 'sigv4', prometheusUrl })).toEqual([
      'PeriodicEvaluator aps:QueryMetrics',
    ]);
    expect(granted({ prometheusAuth: 'secret', prometheusSecret: 'prom-secret' })).toEqual([
      'PeriodicEvaluator secretsmanager:GetSecretValue',
    ]);
    expect(() => granted({ prometheusAuth: 'secret' })).toThrow(
      /needs the setting prometheusSecret/,
    );
    expect(() => granted({ prometheusAuth: 'sigv4' })).toThrow(/needs a prometheusUrl such as/);
  });

  test('only the evaluators and the sweeper can notify tenants', () => {
    for (const topic of ['Notifications', 'Groups']) {
      const senders = functions.filter((name) =>
        grantsOf(name).includes(`sns:Publish on ${topic}`),
      );
      expect(senders).toEqual(['AlarmEvaluator', 'BulkEvaluator', 'Sweeper', 'PeriodicEvaluator']);
    }
  });

  test('only doctor can make subscriptions, and only to the notifications and their groups', () => {
    const of = (name: string) =>
      grantsOf(name).filter((grant) => /^sns:(?!Publish on )/.test(grant));
    for (const name of functions.filter((each) => each !== 'Doctor')) {
      // It publishes nothing to a topic without a subscriber.
      const counts = name === 'Reconciler' ? ['sns:GetTopicAttributes on Events'] : [];
      expect(of(name)).toEqual(counts);
    }
    expect(of('Doctor')).toEqual(
      ['GetSubscriptionAttributes', 'Subscribe', 'Unsubscribe'].flatMap((verb) =>
        ['Groups', 'Notifications'].map((topic) => `sns:${verb} on ${topic}`),
      ),
    );
  });

  test('projects that are spread over several topics are notified and subscribed on all of them', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const settings = { notificationTopics: 3 };
    const spread = policies(
      Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings })),
    );
    const topics = (name: string, verb: string) =>
      (spread.get(name) ?? []).filter(({ action }) => action.includes(`sns:${verb}`)).length;
    // Three of notifications, and three of groups.
    expect(topics('AlarmEvaluator', 'Publish')).toBe(6);
    expect(topics('BulkEvaluator', 'Publish')).toBe(6);
    expect(topics('Sweeper', 'Publish')).toBe(6);
    expect(topics('Doctor', 'Subscribe')).toBe(6);
  });

  test.each(['AlarmEvaluator', 'BulkEvaluator'])(
    '%s never reads or writes hosts, instances or ports',
    (name) => {
      const touched = grantsOf(name).filter((grant) => / on (Hosts|Instances|Ports)/.test(grant));
      expect(touched).toEqual([]);
    },
  );
});
