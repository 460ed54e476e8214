/** Alarms of the types prometheus and composite at the API. */
import { describe, expect, test } from 'vitest';
import { alarmingWorld, least, refused, Shown } from './surface.ts';

const prometheus = { name: 'n', type: 'prometheus' };
const rule = { query: 'up{job="a"}', threshold: 1 };

const shownOf = (body: unknown) => Shown.parse(body);

describe('an alarm of type prometheus', () => {
  test('is shown with its three fields and defaults, and can be sent back', async () => {
    const { as } = alarmingWorld();
    const made = await as('member', 'POST', '/v2/alarms', { ...prometheus, prometheus_rule: rule });
    expect(made).toMatchObject({
      status: 201,
      body: {
        type: 'prometheus',
        description: 'prometheus alarm rule',
        state: 'insufficient data',
        prometheus_rule: { ...rule, comparison_operator: 'eq' },
      },
    });
    for (const hidden of ['resource_id', 'event_rule', 'scope', 'failed_rounds', 'last_round']) {
      expect(made.body).not.toHaveProperty(hidden);
    }
    const path = `/v2/alarms/${shownOf(made.body).alarm_id}`;
    expect(await as('member', 'PUT', path, made.body)).toMatchObject({
      status: 200,
      body: made.body,
    });
    expect(await as('member', 'GET', `${path}/history`)).toMatchObject({
      body: [{ type: 'creation' }],
    });
    expect(await as('member', 'DELETE', path)).toMatchObject({ status: 204 });
  });

  test.each([
    [undefined, 'prometheus_rule must be set for prometheus type alarm'],
    [null, 'prometheus_rule must be set for prometheus type alarm'],
    [[], 'An object is expected.'],
    [
      { threshold: 1 },
      "field/attribute prometheus_rule.query. Value: 'None'. Mandatory field missing.",
    ],
    [
      { query: 'up' },
      "field/attribute prometheus_rule.threshold. Value: 'None'. Mandatory field missing.",
    ],
    [{ ...rule, threshold: null }, 'prometheus_rule.threshold'],
    [{ ...rule, threshold: 'abc' }, 'could not convert string to float'],
    [{ ...rule, threshold: 'inf' }, 'could not convert string to float'],
    [{ ...rule, threshold: '' }, 'could not convert string to float'],
    [{ ...rule, query: '' }, 'prometheus_rule.query'],
    [{ ...rule, query: 7 }, 'prometheus_rule.query'],
    [{ ...rule, query: `up{a="${'x'.repeat(4_096)}"}` }, 'prometheus_rule.query'],
    [{ ...rule, comparison_operator: 'like' }, 'Value should be one of: eq, ne, lt, le, gt, ge'],
    [
      { ...rule, evaluation_periods: 3 },
      'Unknown attribute for argument data.prometheus_rule: evaluation_periods',
    ],
    [
      { ...rule, query: 'up{' },
      "field/attribute query. Value: 'up{'. The query cannot be limited to the project: it is not valid PromQL at character 4.",
    ],
    [{ ...rule, query: 'up # x' }, 'it has a comment'],
  ])('with the rule %j is refused', async (given, why) => {
    const { as, rows } = alarmingWorld();
    const answer = await as('member', 'POST', '/v2/alarms', {
      ...prometheus,
      prometheus_rule: given,
    });
    expect(answer).toMatchObject({ status: 400, body: refused(expect.stringContaining(why)) });
    expect(rows.size).toBe(0);
  });

  test('takes a number as a text, as the command line sends it', async () => {
    const { as } = alarmingWorld();
    const given = { ...rule, threshold: '1.5', comparison_operator: null };
    const made = await as('member', 'POST', '/v2/alarms', {
      ...prometheus,
      prometheus_rule: given,
    });
    expect(made).toMatchObject({
      body: { prometheus_rule: { threshold: 1.5, comparison_operator: 'eq' } },
    });
  });

  test.each([
    [
      { ...prometheus, prometheus_rule: rule, event_rule: {} },
      'prometheus_rule and event_rule cannot be set at the same time',
    ],
    [
      { ...least, prometheus_rule: rule },
      'event_rule and prometheus_rule cannot be set at the same time',
    ],
    [
      { ...prometheus, prometheus_rule: rule, resource_id: 'r' },
      'Unknown attribute for argument data: resource_id',
    ],
  ])('beside another rule or a resource is refused', async (body, why) => {
    const { as } = alarmingWorld();
    expect(await as('member', 'POST', '/v2/alarms', body)).toMatchObject({
      status: 400,
      body: refused(why),
    });
  });

  test('is limited to its project, unless its writer is an administrator', async () => {
    const { as, rows } = alarmingWorld();
    const make = async (name: string, more = {}) => {
      const body = { ...prometheus, prometheus_rule: rule, ...more };
      const made = await as(name, 'POST', '/v2/alarms', body);
      return { body, ...shownOf(made.body) };
    };
    const scope = (alarm_id: string) => Object(rows.get(alarm_id)).scope;
    const [tenants, admins, foreign, none] = await Promise.all([
      make('member'),
      make('admin', { prometheus_rule: { ...rule, query: 'up # mine' } }),
      make('admin', { project_id: 'a' }),
      make('admin', { project_id: '' }),
    ]);
    expect([tenants, admins, foreign, none].map(({ alarm_id }) => scope(alarm_id))).toEqual([
      'a',
      null,
      'a',
      null,
    ]);
    // Renaming keeps the limit.
    await as('admin', 'PUT', `/v2/alarms/${tenants.alarm_id}`, { ...tenants.body, name: 'other' });
    await as('admin', 'PUT', `/v2/alarms/${admins.alarm_id}`, { ...admins.body, name: 'other' });
    expect([tenants, admins].map(({ alarm_id }) => scope(alarm_id))).toEqual(['a', null]);
    // Moving it to a project limits it to that project.
    await as('admin', 'PUT', `/v2/alarms/${admins.alarm_id}`, {
      ...admins.body,
      prometheus_rule: rule,
      project_id: 'b',
    });
    expect(scope(admins.alarm_id)).toBe('b');
  });

  test('can become an event alarm and back, and then starts without data', async () => {
    const { as, rows } = alarmingWorld();
    const made = shownOf((await as('member', 'POST', '/v2/alarms', least)).body);
    const path = `/v2/alarms/${made.alarm_id}`;
    await as('member', 'PUT', path, { ...prometheus, prometheus_rule: rule });
    expect(rows.get(made.alarm_id)).toMatchObject({
      type: 'prometheus',
      last_round: 0,
      scope: 'a',
      revision: 2,
    });
    expect(rows.get(made.alarm_id)).not.toHaveProperty('stamp');
    await as('member', 'PUT', path, least);
    expect(rows.get(made.alarm_id)).toMatchObject({ type: 'event', stamp: null, revision: 3 });
    expect(rows.get(made.alarm_id)).not.toHaveProperty('scope');
  });

  test('is found by its type and rule', async () => {
    const { as } = alarmingWorld();
    await as('member', 'POST', '/v2/alarms', least);
    await as('member', 'POST', '/v2/alarms', { ...prometheus, prometheus_rule: rule });
    const query = { 'q.field': ['type'], 'q.op': ['eq'], 'q.value': ['prometheus'] };
    expect(await as('member', 'GET', '/v2/alarms', undefined, query)).toMatchObject({
      body: [{ type: 'prometheus' }],
    });
    const filter = JSON.stringify({ '=~': { rule: '.*job.*' } });
    expect(await as('member', 'POST', '/v2/query/alarms', { filter })).toMatchObject({
      body: [{ type: 'prometheus' }],
    });
  });
});

describe('without a Prometheus', () => {
  test('new queries are refused, and the capabilities say so', async () => {
    const { as } = alarmingWorld({ hasPrometheus: false });
    const why =
      'Invalid input for field/attribute prometheus_rule. This service has no Prometheus that could be queried.';
    expect(
      await as('admin', 'POST', '/v2/alarms', { ...prometheus, prometheus_rule: rule }),
    ).toMatchObject({ status: 400, body: refused(why) });
    expect(await as('reader', 'GET', '/v2/capabilities')).toMatchObject({
      body: {
        alarm_types: { event: true, notification: true, prometheus: false, composite: true },
      },
    });
    expect(await alarmingWorld().as('reader', 'GET', '/v2/capabilities')).toMatchObject({
      body: { alarm_types: { prometheus: true } },
    });
  });
});

describe('an alarm of type composite', () => {
  const composite = (composite_rule: unknown) => ({ name: 'n', type: 'composite', composite_rule });
  const part = { type: 'prometheus', ...rule };

  test('is a tree of comparisons and of other alarms of the project', async () => {
    const { as } = alarmingWorld();
    const event = shownOf((await as('member', 'POST', '/v2/alarms', least)).body);
    const tree = { or: [part, { and: [{ type: 'event', alarm_id: event.alarm_id }, part] }] };
    const made = await as('member', 'POST', '/v2/alarms', composite(tree));
    const stored = { ...part, comparison_operator: 'eq' };
    expect(made).toMatchObject({
      status: 201,
      body: {
        description: 'composite alarm rule',
        composite_rule: {
          or: [stored, { and: [{ type: 'event', alarm_id: event.alarm_id }, stored] }],
        },
      },
    });
    const path = `/v2/alarms/${shownOf(made.body).alarm_id}`;
    expect(await as('member', 'PUT', path, made.body)).toMatchObject({
      status: 200,
      body: made.body,
    });
  });

  const nested = (depth: number): object => (depth === 0 ? part : { and: [nested(depth - 1)] });

  test.each([
    [[], 'Invalid input composite rule: []'],
    [{ and: {} }, 'Invalid input composite rule'],
    [{ and: [] }, 'Invalid input composite rule'],
    [{ not: [part] }, 'Threshold rules should be combined with "and" or "or"'],
    [{ and: [{ query: 'up', threshold: 1 }] }, 'type must be set in every rule'],
    [
      { and: [{ ...part, type: 'gnocchi' }] },
      "Unsupported sub-rule type :gnocchi in composite rule, should be one of: ['event', 'notification', 'prometheus']",
    ],
    [{ or: [part, { ...part, threshold: 'x' }] }, 'could not convert string to float'],
    [{ or: [{ ...part, query: 'up{' }] }, 'it is not valid PromQL at character 4'],
    [{ or: [{ type: 'event', alarm_id: 'x' }] }, 'Must be the id of an alarm.'],
    [{ or: [{ type: 'event', event_type: '*' }] }, 'alarm_id'],
    [nested(6), 'It is more than 5 levels deep.'],
    [{ or: Array.from({ length: 21 }, () => part) }, 'It has more than 20 parts.'],
  ])('with the rule %j is refused', async (given, why) => {
    const { as, rows } = alarmingWorld();
    expect(await as('member', 'POST', '/v2/alarms', composite(given))).toMatchObject({
      status: 400,
      body: refused(expect.stringContaining(why)),
    });
    expect(rows.size).toBe(0);
  });

  test('cannot name itself, another composite alarm, or an alarm of another project', async () => {
    const { as } = alarmingWorld();
    const make = async (name: string, body: unknown) =>
      shownOf((await as(name, 'POST', '/v2/alarms', body)).body).alarm_id;
    const naming = (type: string, alarm_id: string) =>
      composite({ or: [{ type, alarm_id }, part] });
    const [event, foreign, other] = await Promise.all([
      make('member', least),
      make('memberOfB', least),
      make('member', composite({ or: [part] })),
    ]);
    const refusal = (alarm_id: string, why: string) => ({
      status: 400,
      body: refused(
        `Invalid input for field/attribute composite_rule. Value: '${alarm_id}'. ${why}`,
      ),
    });
    const post = (body: unknown) => as('member', 'POST', '/v2/alarms', body);
    const missing = '00000000-0000-4000-8000-00000000ffff';
    expect(await post(naming('event', missing))).toMatchObject(
      refusal(missing, 'There is no such alarm in the project.'),
    );
    expect(await post(naming('event', foreign))).toMatchObject(
      refusal(foreign, 'There is no such alarm in the project.'),
    );
    expect(await post(naming('event', other))).toMatchObject(
      refusal(other, 'A composite alarm cannot be a part.'),
    );
    expect(await post(naming('notification', event))).toMatchObject(
      refusal(event, 'The alarm is of type event.'),
    );
    const put = as('member', 'PUT', `/v2/alarms/${event}`, naming('event', event));
    expect(await put).toMatchObject(refusal(event, 'An alarm cannot be a part of itself.'));
  });

  test.each([
    ['five levels', nested(5)],
    ['twenty parts', { or: Array.from({ length: 20 }, () => part) }],
    ['one part alone', part],
  ])('may have %s', async (_, given) => {
    const { as } = alarmingWorld();
    expect(await as('member', 'POST', '/v2/alarms', composite(given))).toMatchObject({
      status: 201,
    });
  });

  test('may name an alarm twice, and can be changed after that alarm was deleted', async () => {
    const { as } = alarmingWorld();
    const event = shownOf((await as('member', 'POST', '/v2/alarms', least)).body).alarm_id;
    const named = { type: 'event', alarm_id: event };
    const tree = { and: [named, { or: [part, named] }] };
    const { body } = await as('member', 'POST', '/v2/alarms', composite(tree));
    const path = `/v2/alarms/${shownOf(body).alarm_id}`;
    await as('member', 'DELETE', `/v2/alarms/${event}`);
    const disabled = { ...shownOf(body), enabled: false };
    expect(await as('member', 'PUT', path, disabled)).toMatchObject({
      ...{ status: 200, body: { enabled: false, composite_rule: tree } },
    });
    // In another project the alarms that it names are not there.
    const moved = { ...disabled, project_id: 'b' };
    expect(await as('admin', 'PUT', path, moved)).toMatchObject({ status: 400 });
    const other = { ...disabled, composite_rule: { or: [{ ...named, type: 'notification' }] } };
    expect(await as('member', 'PUT', path, other)).toMatchObject({ status: 400 });
  });
});
