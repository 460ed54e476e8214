import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { indexedAttributes } from '../../domain/alarms/periodic-index.ts';
import { ReceivedNotification } from '../../domain/conditions/received-notification.ts';
import { tenantPaths } from '../../infra/doctor.ts';
import { stageName } from '../../infra/stage.ts';
import { functions, makeStack } from './template.ts';

const template = Template.fromStack(makeStack());

describe('messages that must not get lost', () => {
  test('every queue with a consumer has a dead-letter queue that keeps for 14 days', () => {
    const queues = Object.values(template.findResources('AWS::SQS::Queue'));
    const consumed = queues.filter(({ Properties }) => Properties.RedrivePolicy);
    expect(queues).toHaveLength(19);
    expect(consumed).toHaveLength(13);
    for (const { Properties } of queues) {
      expect(Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
    }
    for (const { Properties } of consumed) {
      expect(Properties.RedrivePolicy.maxReceiveCount).toBe(10);
    }
  });

  test.each([
    ...['EventDeadLetters', 'BulkDeadLetters', 'FaultDeadLetters', 'StreamDeadLetters'],
    'ReportDeadLetters',
  ])('an alarm reports messages in %s', (name) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^Messaging${name}`), 'QueueName'] },
        },
      ],
    });
  });

  test('a message stays hidden for longer than its consumer may work', () => {
    const byLogicalId = template.findResources('AWS::Lambda::Function');
    const sources = template.findResources('AWS::Lambda::EventSourceMapping');
    const queues = template.findResources('AWS::SQS::Queue');
    const pairs = Object.values(sources).flatMap(({ Properties }) => {
      const queue = queues[Properties.EventSourceArn['Fn::GetAtt'][0]];
      const fn = byLogicalId[Properties.FunctionName.Ref];
      return queue && fn ? [[queue, fn] as const] : [];
    });
    expect(pairs).toHaveLength(13);
    for (const [queue, fn] of pairs) {
      expect(queue.Properties.VisibilityTimeout).toBe(fn.Properties.Timeout + 10);
    }
  });

  test('the queue sources report partial failures and bound their consumers', () => {
    const mapping = (properties: object) =>
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ...properties,
      });
    mapping({ BatchSize: 2, ScalingConfig: { MaximumConcurrency: 4 } });
    mapping({ BatchSize: 2, ScalingConfig: { MaximumConcurrency: 2 } });
    mapping({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    mapping({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 8 } });
    mapping({ BatchSize: 10, ScalingConfig: { MaximumConcurrency: 10 } });
  });

  const written = { eventName: ['INSERT', 'MODIFY'] };
  test.each([
    ['instances and ports', written, 2],
    [
      'hosts, but no heartbeat',
      { ...written, dynamodb: { NewImage: { written_by: { S: ['change'] } } } },
      1,
    ],
  ])(
    'the reconciler is woken from the beginning of a stream by changes of %s',
    (_, filter, count) => {
      const streams = template.findResources('AWS::Lambda::EventSourceMapping', {
        Properties: {
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: 100,
          MaximumBatchingWindowInSeconds: Match.absent(),
          FilterCriteria: {
            Filters: [{ Pattern: JSON.stringify(filter) }],
          },
        },
      });
      expect(Object.keys(streams)).toHaveLength(count);
    },
  );

  test('a record that cannot be handled is dead-lettered alone, while its stream still has it', () => {
    const streams = template.findResources('AWS::Lambda::EventSourceMapping', {
      Properties: {
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 100,
        MaximumRecordAgeInSeconds: 12 * 3600,
        DestinationConfig: {
          OnFailure: {
            Destination: {
              'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingStreamDeadLetters'), 'Arn'],
            },
          },
        },
      },
    });
    expect(Object.keys(streams)).toHaveLength(3);
  });

  test('a sweep or a plan that fails is not run again beside the next one', () => {
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 2);
    for (const name of ['^Sweeper', '^PeriodicPlanner']) {
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: Match.stringLikeRegexp(name) },
        MaximumRetryAttempts: 0,
      });
    }
  });

  test('the sweeper runs every minute', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    });
  });
});

describe('tables', () => {
  const tables = Object.values(template.findResources('AWS::DynamoDB::Table'));

  test('all outlive the stack on AWS, pay per request, and can be restored to a moment', () => {
    expect(tables).toHaveLength(25);
    for (const table of tables) {
      expect(table.DeletionPolicy).toBe('Retain');
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  test('on an emulator they are deleted with the stack', () => {
    const emulated = Template.fromStack(makeStack('emulator'));
    for (const table of Object.values(emulated.findResources('AWS::DynamoDB::Table'))) {
      expect(table.DeletionPolicy).toBe('Delete');
    }
  });

  test('hosts, instances and ports show old and new images; nothing else has a stream', () => {
    const streaming = tables.filter(({ Properties }) => Properties.StreamSpecification);
    expect(streaming).toHaveLength(3);
    for (const { Properties } of streaming) {
      expect(Properties.StreamSpecification.StreamViewType).toBe('NEW_AND_OLD_IMAGES');
    }
  });

  test('rows expire in instances, ports, history, places, activity, conditions, unmatched items, notifications, silences, and in the tables of tokens’ ends and of logins', () => {
    const expiring = tables.filter(({ Properties }) => Properties.TimeToLiveSpecification);
    const keys = expiring.map(({ Properties }) => Properties.KeySchema[0].AttributeName).sort();
    expect(keys).toEqual([
      ...[
        'condition_id',
        'event_id',
        'id',
        'id',
        'id',
        'notification_uuid',
        'place',
        'scope',
        'silence_id',
        'unmatched_id',
        'uuid',
      ],
    ]);
    for (const { Properties } of expiring) {
      expect(Properties.TimeToLiveSpecification).toEqual({
        AttributeName: 'expires_at',
        Enabled: true,
      });
    }
  });

  test('indexes contain keys only, except those of the history, of notifications and of rounds, and one with whole rows', () => {
    const indexes = tables.flatMap(({ Properties }) => Properties.GlobalSecondaryIndexes ?? []);
    expect(indexes).toHaveLength(52);
    const whole = indexes.filter(({ Projection }) => Projection.ProjectionType === 'ALL');
    expect(whole.map(({ IndexName }) => IndexName)).toEqual(['rowsByHost']);
    const others = ['KEYS_ONLY', 'ALL'];
    const wide = indexes.filter(({ Projection }) => !others.includes(Projection.ProjectionType));
    expect(wide.map(({ IndexName }) => IndexName)).toEqual([
      'periodic',
      ...['byAlarm', 'byProject', 'byTime'],
      'byTime',
    ]);
    for (const { Projection } of wide) expect(Projection.ProjectionType).toBe('INCLUDE');
    const planned = wide.shift()?.Projection.NonKeyAttributes;
    expect(new Set(['alarm_id', ...planned])).toEqual(new Set(indexedAttributes));
    const received = wide.pop()?.Projection.NonKeyAttributes;
    expect(new Set(['notification_uuid', ...received])).toEqual(
      new Set(Object.keys(ReceivedNotification.shape)),
    );
    for (const { KeySchema, Projection } of wide) {
      const shards = ['time_shard', 'project_shard'];
      const keys = ['event_id', 'alarm_id', KeySchema[0].AttributeName, ...shards];
      const held = new Set([...keys, ...Projection.NonKeyAttributes]);
      const shown = new Set([...Object.keys(AlarmChange.shape), ...shards]);
      expect(held).toEqual(shown);
    }
  });
});

describe('the API', () => {
  test('its own answers can be read by every dialect', () => {
    const answers = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse'));
    expect(answers.length).toBeGreaterThan(2);
    for (const { Properties } of answers) {
      const body = Properties.ResponseTemplates['application/json'];
      const throttled = Properties.ResponseType === 'THROTTLED';
      expect(Properties.ResponseParameters).toEqual({
        'gatewayresponse.header.x-openstack-request-id': 'context.requestId',
        ...(throttled && { 'gatewayresponse.header.Retry-After': "'1'" }),
      });
      const parsed = JSON.parse(body.replaceAll('$context.error.messageString', '"why"'));
      const { message } = parsed.error;
      const large = Properties.ResponseType === 'REQUEST_TOO_LARGE';
      const expectedText = large ? /at most 5\.9 MB/ : throttled ? /in a second/ : /^why$/;
      expect(message).toMatch(expectedText);
      expect(parsed).toEqual({
        error: { code: expect.any(Number), title: expect.any(String), message },
        NeutronError: { type: expect.stringMatching(/^HTTP\w+$/), message, detail: '' },
        error_message: {
          faultcode: expect.stringMatching(/^(Client|Server)$/),
          faultstring: message,
          debuginfo: null,
        },
      });
    }
  });

  test('a throttled request gets a 503, after which monitors report again (after a 429 they do not)', () => {
    template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'THROTTLED',
      StatusCode: '503',
    });
  });

  test('logins have limits of their own, tighter than those of every other method', () => {
    const limits = (rate: number, burst: number) => ({
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
    });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [
        {
          DataTraceEnabled: false,
          HttpMethod: '*',
          ResourcePath: '/*',
          ...limits(1000, 2000),
        },
        {
          DataTraceEnabled: false,
          HttpMethod: 'POST',
          ResourcePath: '/~1identity~1{proxy+}',
          ...limits(20, 40),
        },
      ],
    });
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { HttpMethod: 'POST' }, 1);
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'POST',
      ResourceId: { Ref: Match.stringLikeRegexp('^ApiRestidentityproxy') },
    });
  });

  test('what tenants list does not use up the limits of reports: other resources or methods lead to their functions', () => {
    const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
    const leadingTo = (name: string) =>
      methods.flatMap(({ Properties: { HttpMethod, ResourceId, Integration } }) => {
        const [, path = ''] = /^ApiRest([a-z0-9]*?)[0-9A-F]{8}$/.exec(String(ResourceId.Ref)) ?? [];
        return JSON.stringify(Integration).includes(`"${name}Function`)
          ? [`${HttpMethod} ${path}`]
          : [];
      });
    expect(leadingTo('Network')).toEqual(['ANY network', 'ANY networkproxy', 'GET networkproxy']);
    expect(leadingTo('Doctor').sort()).toEqual(
      ['', 'proxy', 'v1', ...tenantPaths.flatMap((path) => [`v1${path}`, `v1${path}proxy`])]
        .map((path) => `ANY doctor${path.replaceAll('-', '')}`)
        .sort(),
    );
  });

  test('the name of its stage cannot be taken for the version of a service', () => {
    const stages = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    expect(stages.map(({ Properties }) => Properties.StageName)).toEqual([stageName]);
    expect(stageName).not.toMatch(/v[0-9.]/i);
  });

  test('its id is fixed on emulators only', () => {
    const tags = { Tags: Match.arrayWith([{ Key: 'ms-custom-id', Value: 'doctor' }]) };
    const emulated = Template.fromStack(makeStack('emulator'));
    emulated.hasResourceProperties('AWS::ApiGateway::RestApi', tags);
    template.resourcePropertiesCountIs('AWS::ApiGateway::RestApi', tags, 0);
  });
});

test('every function runs on Node 24 and knows no password', () => {
  const all = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(all).toHaveLength(functions.length);
  for (const { Properties } of all) {
    expect(Properties.Runtime).toBe('nodejs24.x');
    expect(JSON.stringify(Properties.Environment)).not.toContain('resolve:secretsmanager');
  }
});

test('queues and topics refuse callers without TLS on AWS', () => {
  const deny = {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    },
  };
  template.resourcePropertiesCountIs('AWS::SQS::QueuePolicy', deny, 19);
  template.resourcePropertiesCountIs('AWS::SNS::TopicPolicy', deny, 4);
});

describe('the console', () => {
  test('API Gateway compresses its files, and no answer to a report, which is smaller', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      MinimumCompressionSize: 10_240,
      BinaryMediaTypes: Match.absent(),
    });
  });
});
