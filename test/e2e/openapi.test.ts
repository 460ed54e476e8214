/** The deployed API answers as the OpenAPI document says, and serves the document. */
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { answers } from '../../scripts/docs/openapi/answers.ts';
import { openApiDocument } from '../../scripts/docs/openapi/document.ts';
import { apiUrl } from '../stack/stack.ts';
import { type Cloud, forceDown, logins, newHost, newInstance } from './cloud.ts';

let cloud: Cloud;
let host: string;
let server: string;

beforeAll(async () => {
  cloud = await logins();
  const { admin, a } = cloud;
  host = await newHost(admin);
  server = await newInstance(admin, { project_id: a.projectId, host });
  await forceDown(admin, host);
});

test('the document is served without a token, with the URL of this API as its server', async () => {
  const answer = await fetch(`${apiUrl()}/doctor/v1/openapi.json`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ ...openApiDocument(), servers: [{ url: apiUrl() }] });
});

/** Paths, each with the route to which it belongs. */
const asked = () => [
  { route: 'GET /doctor/', path: '/doctor/' },
  { route: 'GET /doctor/v1', path: '/doctor/v1' },
  { route: 'GET /doctor/v1/hosts/{host}', path: `/doctor/v1/hosts/${host}` },
  { route: 'GET /doctor/v1/host-history/{host}', path: `/doctor/v1/host-history/${host}` },
  { route: 'GET /doctor/v1/rates', path: '/doctor/v1/rates?hours=1' },
  { route: 'GET /doctor/v1/servers/{uuid}', path: `/doctor/v1/servers/${server}` },
  { route: 'GET /doctor/v1/faults', path: `/doctor/v1/faults?host=${host}` },
  { route: 'GET /doctor/v1/subscriptions', path: '/doctor/v1/subscriptions' },
  { route: 'GET /doctor/v1/users/{name}', path: '/doctor/v1/users/admin' },
  { route: 'GET /doctor/v1/webhook-key', path: '/doctor/v1/webhook-key' },
  { route: 'GET /doctor/v1/conditions', path: '/doctor/v1/conditions?limit=2' },
  { route: 'GET /doctor/v1/sources', path: '/doctor/v1/sources?limit=2' },
  { route: 'GET /doctor/v1/sources/{kind}', path: '/doctor/v1/sources/zabbix' },
  { route: 'GET /doctor/v1/unmatched', path: '/doctor/v1/unmatched?limit=2' },
  {
    route: 'POST /doctor/v1/alarm-preview',
    path: '/doctor/v1/alarm-preview',
    options: {
      body: { name: 'n', type: 'event', event_rule: {}, project_id: cloud.a.projectId },
    },
  },
];

test('each answer has the form that the document gives its route', async () => {
  for (const { route, path, options } of asked()) {
    const [method = ''] = route.split(' ');
    const { status, body } = await cloud.admin.expect(method, path, options);
    expect(answers[route]?.statuses, route).toContain(status);
    const read = answers[route]?.body?.safeParse(body);
    expect(read?.error && z.prettifyError(read.error), route).toBeUndefined();
  }
});
