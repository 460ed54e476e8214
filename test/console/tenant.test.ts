/**
 * A tenant at the console: an alarm that fires, what other users see of it, and the end of a
 * session.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { receiver } from '../adapters/delivery/receiver.ts';
import { forceDown, newAlarm, newName } from '../e2e/cloud.ts';
import { type Client, login } from '../stack/stack.ts';
import { type Browsing, openBrowser } from './browser.ts';
import { newRack, type Rack } from './world.ts';

let browsing: Browsing;
let admin: Client;
let tenant: Client;
let rack: Rack;

beforeAll(async () => {
  [admin, tenant] = await Promise.all([login('admin'), login('tenant-a')]);
  browsing = await openBrowser();
  rack = await newRack(admin, tenant.projectId, 1);
});
afterAll(() => browsing.close());

/** The token of the page's next request. */
const tokenOf = async (page: Page): Promise<string> => {
  const request = await page.waitForRequest((each) => 'x-auth-token' in each.headers());
  return request.headers()['x-auth-token'] ?? '';
};

test('an alarm that was made with the form is tested and fires, and another tenant sees nothing of it', async () => {
  await using hook = await receiver();
  const name = newName('alarm');
  const [server] = rack.servers;
  const page = await browsing.openAs('tenant-a');
  await page.visit('Servers');
  await page.row('Servers', server?.name ?? '', 'ACTIVE').waitFor();
  expect(await page.page.getByText(rack.host).count()).toBe(0);

  await page.visit('Alarms');
  await page.page.getByRole('link', { name: 'New alarm' }).click();
  await page.heading('New alarm').waitFor();
  await page.page.getByLabel('Name', { exact: true }).fill(name);
  await page.page.getByLabel('Resource id').fill(server?.id ?? '');
  await page.page.getByLabel('Event type').fill('compute.instance.*');
  await page.page.getByLabel('Value').fill('active');
  const matched = 'Events that would have matched';
  await page.row(matched, 'compute.instance.create.end', server?.name ?? '').waitFor();
  await page.page.getByLabel('Event type').fill('compute.instance.update');
  await page.page.getByLabel('Value').fill('stopped');
  await page.page.getByText('No event of this time would have matched.').waitFor();
  await page.page.getByLabel('Webhook').fill(`${hook.url}/`);
  await page.page.getByRole('button', { name: 'Create alarm' }).click();
  await page.state(name, 'insufficient data').waitFor();
  const link = new URL(page.page.url()).hash;
  expect(link).toMatch(/^#\/alarms\/[0-9a-f-]{36}$/);
  await page.confirm('Send a test');
  await page.row('Receivers of the test', 'delivered', hook.url).waitFor();
  expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ alarm_name: name, test: true });
  await page.state(name, 'insufficient data').waitFor();
  await forceDown(admin, rack.host);
  await page.state(name, 'alarm').waitFor();
  await page.row('History', 'state transition', 'alarm').waitFor();
  await page.visit('Faults');
  await page.row('Faults', 'open').first().waitFor();
  expect(await page.page.getByText(rack.host).count()).toBe(0);

  const other = await browsing.openAs('tenant-b');
  await other.visit('Servers');
  await other.page.getByText('There is no server.').waitFor();
  await other.visit('Alarms');
  expect(await other.page.getByText(name).count()).toBe(0);
  await other.go(link);
  await other.page.getByRole('alert').waitFor();
  expect(await other.page.getByText(name).count()).toBe(0);
  await forceDown(admin, rack.host, false);
});

test('an alarm is disabled and enabled, and found by its name and its id', async () => {
  const name = newName('alarm');
  const body = { name, type: 'event', event_rule: { event_type: 'switch.down' } };
  const id = await newAlarm(tenant, body);
  const page = await browsing.openAs('tenant-a');
  for (const words of [name, id]) {
    await page.page.getByRole('searchbox').fill(words);
    await page.page.keyboard.press('Enter');
    await page.heading(`Search: ${words}`).waitFor();
    await page.row('Alarms', name).waitFor();
  }
  await page.row('Alarms', name).getByRole('link', { name }).click();
  await page.heading(name).waitFor();
  await page.page.getByRole('button', { name: 'Disable' }).click();
  await page.state(name, 'disabled').waitFor();
  await page.page.getByRole('button', { name: 'Enable' }).click();
  await page.state(name, 'disabled').waitFor({ state: 'detached' });
  await page.row('History', 'rule change', 'enabled true').waitFor();
  await page.confirm('Delete');
  await page.heading('Alarms').waitFor();
});

test('a tenant subscribes, and gets the key with which its receivers verify webhooks', async () => {
  const endpoint = `https://${newName('pager')}.example/doctor`;
  const page = await browsing.openAs('tenant-a');
  await page.visit('Subscriptions');
  await page.page.getByLabel('Protocol').selectOption('https');
  await page.page.getByLabel('Endpoint').fill(endpoint);
  await page.page.getByRole('button', { name: 'Subscribe' }).click();
  const row = page.row('Subscriptions', endpoint, 'pending confirmation');
  await row.waitFor();
  await row.getByRole('button', { name: 'End' }).click();
  await page.page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await row.waitFor({ state: 'detached' });
  const { body } = await tenant.expect('GET', '/doctor/v1/webhook-key');
  await page.page.getByRole('button', { name: 'Show the key' }).click();
  await page.page.getByText(z.object({ key: z.string() }).parse(body).key).waitFor();
  await page.page.getByText('How a receiver verifies a webhook').click();
  await page.page.getByText("headers['x-doctor-signature']").waitFor();
});

test('a tenant sees no view of operators', async () => {
  const page = await browsing.openAs('tenant-b');
  const links = page.page.getByRole('navigation', { name: 'Views' }).getByRole('link');
  expect(await links.allTextContents()).toEqual([
    ...['Servers', 'Faults', 'Ports', 'Alarms', 'Subscriptions'],
  ]);
  await page.go(`#/hosts/${rack.host}`);
  await page.heading('Not found').waitFor();
});

test('a wrong password is refused with a message, and the form stays', async () => {
  const page = await browsing.open();
  await page.page.getByLabel('User').fill('tenant-a');
  await page.page.getByLabel('Password').fill('wrong');
  await page.loginForm.click();
  await page.page.getByRole('alert').filter({ hasText: 'do not fit' }).waitFor();
  await page.loginForm.waitFor();
});

test('logging out revokes the token and leads to the login', async () => {
  const page = await browsing.openAs('tenant-b');
  const token = await tokenOf(page.page);
  const validation = { headers: { 'x-subject-token': token } };
  expect((await admin.call('GET', '/identity/v3/auth/tokens', validation)).status).toBe(200);
  await page.page.getByRole('button', { name: 'Log out' }).click();
  await page.loginForm.waitFor();
  expect((await admin.call('GET', '/identity/v3/auth/tokens', validation)).status).toBe(404);
});

test('a token that was revoked elsewhere leads to the login, which says why', async () => {
  const page = await browsing.openAs('tenant-b');
  const token = await tokenOf(page.page);
  await admin.expect('DELETE', '/identity/v3/auth/tokens', {
    headers: { 'x-subject-token': token },
  });
  await page.loginForm.waitFor();
  await page.page.getByRole('alert').filter({ hasText: 'session has ended' }).waitFor();
});

test('the token is in memory only: a reload needs a login again', async () => {
  const page = await browsing.openAs('tenant-b');
  const stored = await page.page.evaluate(() => [
    ...Object.values(localStorage),
    ...Object.values(sessionStorage),
    document.cookie,
  ]);
  expect(stored).toEqual(['']);
  await page.page.reload();
  await page.loginForm.waitFor();
});

test('no page broke its policy or threw an error', () => {
  expect(browsing.complaints()).toEqual([]);
});
