/**
 * Which rows and indexes each function may touch, action by action: `action on Table`, or on
 * `Table/index`.
 */
export const expectedRows: readonly { readonly name: string; readonly data: readonly string[] }[] =
  [
    {
      name: 'Identity',
      data: [
        // It never writes users.
        ...['BatchGetItem on Identity', 'GetItem on Identity', 'Query on Identity/listing'],
        ...['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem'].map((v) => `${v} on Validity`),
        ...['DeleteItem', 'GetItem', 'PutItem', 'Query'].map((v) => `${v} on Credentials`),
        ...['DeleteItem on Attempts', 'UpdateItem on Attempts'],
      ],
    },
    {
      name: 'Compute',
      data: [
        'BatchGetItem on Validity',
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'].map(
          (verb) => `${verb} on Hosts`,
        ),
        ...['byHypervisor', 'byNumber', 'byService'].map((i) => `Query on Hosts/${i}`),
        ...['DeleteItem', 'PutItem', 'Query', 'UpdateItem'].map((verb) => `${verb} on Roster`),
        ...['PutItem on Faults', 'UpdateItem on Faults'],
        'UpdateItem on Conditions',
        ...['BatchGetItem on Instances', 'GetItem on Instances', 'PutItem on Instances'],
        ...['byChange', 'byHost', 'byProject', 'byState', 'byTarget', 'byTime', 'rowsByHost'].map(
          (index) => `Query on Instances/${index}`,
        ),
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
          (verb) => `${verb} on Migrations`,
        ),
        ...['byInstance', 'byStatus', 'byTarget', 'byTime', 'byUuid'].map(
          (index) => `Query on Migrations/${index}`,
        ),
      ],
    },
    {
      name: 'HostReports',
      data: [
        'BatchGetItem on Validity',
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Hosts`),
        ...['Query on Hosts/byNumber', 'Query on Hosts/byService'],
        ...['DeleteItem', 'PutItem', 'Query', 'UpdateItem'].map((verb) => `${verb} on Roster`),
        ...['PutItem on Faults', 'UpdateItem on Faults'],
        'UpdateItem on Conditions',
        ...['BatchGetItem on Instances', 'GetItem on Instances', 'PutItem on Instances'],
        ...['byHost', 'byTarget', 'rowsByHost'].map((index) => `Query on Instances/${index}`),
        ...['ConditionCheckItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Migrations`),
      ],
    },
    {
      name: 'Network',
      data: [
        'BatchGetItem on Validity',
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'].map(
          (verb) => `${verb} on Ports`,
        ),
        ...['byDevice', 'byHost', 'byName', 'byProject', 'listing'].map(
          (index) => `Query on Ports/${index}`,
        ),
        ...['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'].map(
          (verb) => `${verb} on Networks`,
        ),
        ...['Query on Networks/byProject', 'Query on Networks/listing'],
      ],
    },
    {
      name: 'Alarming',
      data: [
        'BatchGetItem on Validity',
        ...['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Alarms`),
        ...['byName', 'byProject', 'byTime'].map((index) => `Query on Alarms/${index}`),
        ...['GetItem on History', 'PutItem on History'],
        ...['byAlarm', 'byProject', 'byTime'].map((index) => `Query on History/${index}`),
        ...['GetItem on Quotas', 'UpdateItem on Quotas'],
        ...['DeleteItem on Timers', 'PutItem on Timers'],
        'Query on Activity',
      ],
    },
    {
      name: 'Doctor',
      data: [
        ...['DeleteItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Identity`),
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Validity`),
        ...['GetItem on Credentials', 'DeleteItem on Attempts', 'UpdateItem on Attempts'],
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem', 'UpdateItem'].map(
          (verb) => `${verb} on Hosts`,
        ),
        ...['DeleteItem', 'PutItem', 'Query', 'UpdateItem'].map((verb) => `${verb} on Roster`),
        ...['PartiQLUpdate on Hosts', 'PartiQLUpdate on Roster'],
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Instances`),
        ...['GetItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Migrations`),
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Ports`),
        'Query on Ports/byHost',
        ...['BatchGetItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Faults`),
        ...['BatchGetItem', 'Query'].map((verb) => `${verb} on Affected`),
        ...['byFaultId', 'byHost', 'byTime', 'open'].map((index) => `Query on Faults/${index}`),
        ...['Query on Affected/byProject', 'Query on History/byFault'],
        ...['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem'].map(
          (verb) => `${verb} on Subscriptions`,
        ),
        ...['byProject', 'byTime'].map((index) => `Query on Subscriptions/${index}`),
        'UpdateItem on Quotas',
      ],
    },
    {
      name: 'Monitors',
      data: [
        ...['GetItem on Identity', 'BatchGetItem on Validity', 'GetItem on Validity'],
        ...['GetItem on Credentials', 'DeleteItem on Attempts', 'UpdateItem on Attempts'],
        ...['DeleteItem', 'PutItem', 'Query', 'UpdateItem'].map((verb) => `${verb} on Roster`),
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Hosts`),
        ...['PutItem on Faults', 'UpdateItem on Faults'],
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Instances`),
        ...['Query on Instances/byHost', 'Query on Instances/byTarget'],
        'Query on Instances/rowsByHost',
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'].map(
          (verb) => `${verb} on Migrations`,
        ),
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Ports`),
        'Query on Ports/byHost',
        ...['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((v) => `${v} on Conditions`),
        ...['bySource', 'byTarget', 'byTime', 'open', 'raised'].map(
          (i) => `Query on Conditions/${i}`,
        ),
        ...['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Sources`),
        ...['BatchGetItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Unmatched`),
        ...['GetItem on Received', 'PutItem on Received', 'Query on Received/byTime'],
        ...['Sources/listing', 'Unmatched/bySource', 'Unmatched/byTime'].map(
          (i) => `Query on ${i}`,
        ),
      ],
    },
    { name: 'Console', data: [] },
    {
      name: 'Operations',
      data: [
        ...[
          'BatchGetItem on Validity',
          'PutItem on Activity',
          'Query on Activity',
          'UpdateItem on Quotas',
        ],
        'Query on Roster',
        ...['DeleteItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Places`),
        ...['GetItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on History`),
        // For tests of alarms.
        ...['GetItem on Alarms', 'BatchGetItem on Quotas'],
        ...['BatchGetItem on Subscriptions', 'Query on Subscriptions/byProject'],
        ...['Instances/byState', 'Ports/listing', 'Faults/open', 'Faults/byHost'].map(
          (i) => `Query on ${i}`,
        ),
        ...['BatchGetItem on Faults', 'GetItem on Hosts', 'Query on Affected'],
        ...['BatchGetItem', 'GetItem', 'Query'].map((verb) => `${verb} on Migrations`),
        ...['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map(
          (verb) => `${verb} on Silences`,
        ),
        ...['Query on Silences/byProject', 'Query on Silences/byTime'],
      ],
    },
    {
      name: 'ReportReceiver',
      data: [
        ...['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Hosts`),
        ...['DeleteItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Roster`),
        ...['PartiQLUpdate on Hosts', 'PartiQLUpdate on Roster'],
        ...['PutItem on Faults', 'UpdateItem on Faults'],
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Instances`),
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((verb) => `${verb} on Ports`),
        'Query on Ports/byHost',
        ...['Query on Instances/byHost', 'Query on Instances/byTarget'],
        'Query on Instances/rowsByHost',
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'].map(
          (verb) => `${verb} on Migrations`,
        ),
        ...['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((v) => `${v} on Conditions`),
        'GetItem on Sources',
        ...['BatchGetItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Unmatched`),
      ],
    },
    {
      name: 'Reconciler',
      data: ['Query on Affected', 'UpdateItem on Affected', 'PartiQLInsert on Activity'],
    },
    ...['AlarmEvaluator', 'BulkEvaluator'].map((name) => ({
      name,
      data: [
        ...[
          'BatchGetItem on Alarms',
          'UpdateItem on Alarms',
          'Query on Alarms/byKey',
          'BatchGetItem on Quotas',
          'BatchGetItem on Silences',
        ],
        ...['BatchGetItem on History', 'PartiQLUpdate on History', 'PutItem on History'],
        ...['PartiQLInsert on Activity', 'UpdateItem on Activity'],
        'PutItem on Timers',
        // Only the evaluator of faults makes groups and gets events with a proof.
        ...(name === 'AlarmEvaluator'
          ? ['Query on History', 'Query on History/byFault', 'GetItem on Faults']
          : []),
      ],
    })),
    { name: 'PeriodicPlanner', data: ['Query on Alarms/periodic'] },
    {
      name: 'PeriodicEvaluator',
      data: [
        ...['BatchGetItem on Alarms', 'UpdateItem on Alarms', 'Query on Alarms/periodic'],
        ...['PartiQLUpdate on History', 'PutItem on History', 'PartiQLInsert on Activity'],
        ...['BatchGetItem on Quotas', 'BatchGetItem on Silences'],
        ...['GetItem on Places', 'UpdateItem on Places'],
      ],
    },
    {
      name: 'Sweeper',
      data: [
        ...['BatchGetItem', 'PartiQLUpdate', 'UpdateItem'].map((verb) => `${verb} on History`),
        ...['Query on History/undelivered', 'Query on Silences/due'],
        ...['BatchGetItem on Alarms', 'ConditionCheckItem on Alarms'],
        ...['BatchGetItem', 'UpdateItem'].flatMap((verb) => [
          `${verb} on Quotas`,
          `${verb} on Silences`,
        ]),
        ...['PartiQLInsert on Activity', 'UpdateItem on Activity'],
      ],
    },
    {
      name: 'Timekeeper',
      data: [
        ...['BatchGetItem on Hosts', 'Query on Roster'],
        ...['PartiQLDelete', 'PutItem', 'Query', 'UpdateItem'].map((verb) => `${verb} on Timers`),
      ],
    },
    {
      name: 'FaultFinisher',
      data: [
        ...['GetItem on Hosts', 'BatchGetItem on Instances', 'PutItem on Instances'],
        ...['Query on Instances/byHost', 'Query on Instances/byTarget'],
        'PutItem on Migrations',
        ...['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem'].map(
          (verb) => `${verb} on Ports`,
        ),
        'Query on Ports/byHost',
      ],
    },
    {
      name: 'WebhookSender',
      data: [
        'BatchGetItem on Alarms',
        ...['GetItem on History', 'UpdateItem on History'],
        ...['DeleteItem', 'PutItem', 'UpdateItem'].map((verb) => `${verb} on Places`),
        'UpdateItem on Activity',
      ],
    },
  ];
