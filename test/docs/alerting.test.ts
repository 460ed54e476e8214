/**
 * The configurations of Alertmanager, Prometheus and collectd in `docs/how-to/monitors/`. The programs
 * themselves run with them in `npm run test:interop`.
 */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { routesOf } from './alerting-routes.ts';
import { blocksOf } from './blocks.ts';
import { yaml } from './yaml.ts';

const page = (name: string): string => `docs/how-to/monitors/${name}.md`;
const blocks = (name: string, language: string) =>
  blocksOf(page(name)).filter((block) => block.language === language);

/** Without unknown keys: each of these programs refuses to start with one. */
const BasicAuth = z.strictObject({ username: z.string(), password_file: z.string() });

const Alertmanager = z.strictObject({
  route: z.strictObject({
    receiver: z.string(),
    routes: z.array(
      z.strictObject({
        receiver: z.string(),
        matchers: z.array(z.string()),
        group_by: z.tuple([z.literal('...')]),
        group_wait: z.literal('0s'),
        group_interval: z.string(),
        repeat_interval: z.string(),
      }),
    ),
  }),
  receivers: z.array(
    z.strictObject({
      name: z.string(),
      webhook_configs: z
        .array(
          z.strictObject({
            url: z.url(),
            send_resolved: z.literal(true),
            max_alerts: z.literal(0),
            http_config: z.strictObject({ basic_auth: BasicAuth }),
          }),
        )
        .optional(),
    }),
  ),
});

const Alerting = z.strictObject({
  alertmanagers: z.array(
    z.strictObject({
      scheme: z.string().optional(),
      path_prefix: z.string().optional(),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })),
      basic_auth: BasicAuth.optional(),
    }),
  ),
});
const Prometheus = z.strictObject({
  global: z.strictObject({
    scrape_interval: z.string(),
    scrape_timeout: z.string(),
    evaluation_interval: z.string(),
  }),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(z.looseObject({ job_name: z.string() })),
  alerting: Alerting,
});
const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string(),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});

/** The address below which the pages have Doctor: the output `ApiUrl` of an example. */
const apiPath = '/api';

test('Alertmanager sends to a route of Doctor, and only alerts that the rules have', () => {
  const [configuration, prometheus, rules, ...others] = blocks('alertmanager', 'yaml').map(yaml);
  expect(others).toEqual([]);
  const { route, receivers } = Alertmanager.parse(configuration);
  for (const { receiver } of [route, ...route.routes]) {
    expect(receivers.map(({ name }) => name)).toContain(receiver);
  }
  const urls = receivers.flatMap(({ webhook_configs: hooks = [] }) => hooks.map(({ url }) => url));
  expect(urls.map((url) => routesOf(new URL(url).pathname, apiPath))).toEqual([1]);
  Prometheus.parse(prometheus);
  const names = Rules.parse(rules).groups.flatMap((group) => group.rules.map(({ alert }) => alert));
  expect(route.routes.map(({ matchers }) => matchers)).toEqual(
    names.map((name) => [`alertname="${name}"`]),
  );
});

test('Prometheus sends to a route of Doctor', () => {
  const { alerting } = z
    .strictObject({ alerting: Alerting })
    .parse(yaml(blocks('prometheus', 'yaml')[0] ?? { text: '' }));
  const paths = alerting.alertmanagers.map(({ path_prefix }) => `${path_prefix}/api/v2/alerts`);
  expect(paths.map((path) => routesOf(path, apiPath))).toEqual([1]);
});

test('collectd sends notifications, and no metrics, to a route of Doctor', () => {
  const [{ text = '' } = {}, ...others] = blocks('collectd', 'conf');
  expect(others).toEqual([]);
  const [, url = ''] = /^ *URL "(.+)"$/m.exec(text) ?? [];
  expect(routesOf(new URL(url).pathname, apiPath)).toBe(1);
  for (const line of ['Format "JSON"', 'Metrics false', 'Notifications true']) {
    expect(text).toMatch(new RegExp(`^ *${line}$`, 'm'));
  }
});
