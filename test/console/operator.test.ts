/**
 * An operator at the console: a host fails, its servers are evacuated, and dead letters are sent
 * back.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openstack } from '../clients/openstack.ts';
import { forceDown, newHost, newName, serverOf } from '../e2e/cloud.ts';
import { newPort } from '../e2e/ports.ts';
import { type Client, login, output, sqs } from '../stack/stack.ts';
import { type Browsing, openBrowser } from './browser.ts';
import { newRack, type Rack } from './world.ts';

let browsing: Browsing;
let admin: Client;
let rack: Rack;

beforeAll(async () => {
  const tenant = await login('tenant-a');
  admin = await login('admin');
  browsing = await openBrowser();
  rack = await newRack(admin, tenant.projectId);
  const body = {
    ...{ name: 'rack', type: 'event', project_id: tenant.projectId, alarm_actions: ['test://'] },
    ...{ resource_id: rack.servers[0]?.id, event_rule: {} },
  };
  await admin.expect('POST', '/alarming/v2/alarms', { body });
});
afterAll(() => browsing.close());

test('a fault that the openstack client reports is shown on open pages, without a reload', async () => {
  const [now, host] = await Promise.all([browsing.openAs('admin'), browsing.openAs('admin')]);
  await host.go(`#/hosts/${rack.host}`);
  await now.tile(rack.host, 'up').waitFor();
  for (const { name } of rack.servers) await host.row('Servers', name, 'ACTIVE').waitFor();
  const loads = [now.countLoads(), host.countLoads()];

  await openstack('admin', 'compute', 'service', 'set', '--down', rack.host, 'nova-compute');
  await now.tile(rack.host, 'down').waitFor();
  for (const { name } of rack.servers) await host.row('Servers', name, 'SHUTOFF').waitFor();
  await host.state(rack.host, 'down').waitFor();
  await host.row('What happened', 'Host failed: 2 servers').waitFor();
  // The open fault with what it affects and its age.
  const open = now.row('Open faults', rack.host, /\d (s|min)$/);
  await open.getByRole('cell', { name: '2', exact: true }).waitFor();
  expect(loads.map((count) => count())).toEqual([0, 0]);
});

test('in a storm of changes each page sends two requests in five seconds at most, and shows the end', async () => {
  const host = await newHost(admin);
  const [now, faults] = await Promise.all([browsing.openAs('admin'), browsing.openAs('admin')]);
  await faults.go(`#/hosts/${host}`);
  await now.tile(host, 'up').waitFor();
  await faults.state(host, 'up').waitFor();
  const sent = [now.requestTimes(), faults.requestTimes()];
  for (let n = 0; n < 9; n += 1) {
    await forceDown(admin, host, n % 2 === 0);
    await pause(500);
  }
  await forceDown(admin, host);
  await now.tile(host, 'down').waitFor();
  await faults.state(host, 'down').waitFor();
  for (const times of sent) {
    expect(times.length).toBeGreaterThan(1);
    // Allows for the delay: the test sees a request some milliseconds after the page has sent it.
    for (const start of times) {
      expect(times.filter((at) => at >= start && at < start + 4_800).length).toBeLessThan(3);
    }
  }
  await forceDown(admin, host, false);
});

test('its servers are evacuated by a button that asks for confirmation', async () => {
  const target = await newHost(admin);
  const page = await browsing.openAs('admin');
  await page.visit('Now');
  await page.tile(rack.host, 'down').click();
  await page.heading(rack.host).waitFor();
  await page.row('Servers', 'SHUTOFF').first().waitFor();
  await page.confirm('Evacuate');
  for (const { id, name } of rack.servers) {
    await page.row('What happened', new RegExp(`${name}|${id}`), 'evacuated to', 'done').waitFor();
    expect(await serverOf(admin, id)).toMatchObject({ status: 'ACTIVE' });
  }
  await page.section('Servers').getByText('There is no server.').waitFor();
  expect(target).not.toBe('');
});

test('a fault is reported and cleared by buttons, and its story names the host', async () => {
  const host = await newHost(admin);
  const page = await browsing.openAs('admin');
  await page.go(`#/hosts/${host}`);
  await page.confirm('Report down');
  await page.state(host, 'down').waitFor();
  await page.confirm('Clear the fault');
  await page.state(host, 'up').waitFor();
  await page.section('What happened').getByRole('link', { name: 'Host failed' }).click();
  await page
    .section('Report')
    .getByText(/ cleared$/)
    .first()
    .waitFor();
  await page.section('Report').getByRole('link', { name: host }).waitFor();
});

test('a lost connection is shown; when it is back, the page shows the changes of that time', async () => {
  const host = await newHost(admin);
  const [page, other] = await Promise.all([browsing.openAs('admin'), browsing.openAs('admin')]);
  await Promise.all([page.go(`#/hosts/${host}`), other.visit('Now')]);
  await page.state(host, 'up').waitFor();
  const loads = [page.countLoads(), other.countLoads()];
  for (const each of [page, other]) await each.page.context().setOffline(true);
  const connection = ({ page }: typeof other, words: string) =>
    page.getByRole('status').filter({ hasText: words }).waitFor();
  for (const each of [page, other]) await connection(each, 'Connection lost');
  await forceDown(admin, host);
  // A view that is opened while the connection is lost says why it is empty.
  await other.visit('Faults');
  await other.page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
  for (const each of [page, other]) await each.page.context().setOffline(false);
  await page.state(host, 'down').waitFor();
  await other.row('Faults', host, 'open').waitFor();
  for (const each of [page, other]) await connection(each, 'Live');
  expect(await other.page.getByRole('alert').count()).toBe(0);
  expect(loads.map((count) => count())).toEqual([0, 0]);
  await forceDown(admin, host, false);
});

test('the data plane of a host is reported down and cleared by buttons', async () => {
  const host = await newHost(admin);
  const { projectId: project_id } = await login('tenant-a');
  const name = newName('port');
  await newPort(admin, { name, project_id, 'binding:host_id': host });
  const page = await browsing.openAs('admin');
  await page.go(`#/hosts/${host}`);
  await page.row('Ports', name).waitFor();
  await page.confirm('Report data plane down');
  await page.row('Ports', name, 'DOWN').waitFor();
  await page.row('Open faults', 'data plane').waitFor();
  await page.confirm('Clear the data plane');
  await page.row('What happened', 'Data plane works again', /req-/).waitFor();
  await page.section('Open faults').waitFor({ state: 'detached' });
});

test('a host is taken into maintenance and back', async () => {
  const host = await newHost(admin);
  const page = await browsing.openAs('admin');
  await page.go(`#/hosts/${host}`);
  await page.confirm('Start maintenance');
  await page.state(host, 'maintenance').waitFor();
  await page.confirm('End maintenance');
  await page.state(host, 'up').waitFor();
  for (const what of ['Maintenance started', 'Maintenance ended']) {
    await page.row('What happened', what, /req-/).waitFor();
  }
});

test('dead letters are shown with their content: one is sent back and takes effect, one is deleted', async () => {
  const host = await newHost(admin);
  const page = await browsing.openAs('admin');
  await page.visit('Now');
  await page.tile(host, 'up').waitFor();
  const report = { type: 'compute.host.down', details: { hostname: host, status: 'down' } };
  const useless = newName('useless');
  for (const body of [
    { event: report, source: 'given-up' },
    { reason: useless, element: {} },
  ]) {
    const MessageBody = JSON.stringify(body);
    await sqs().send(new SendMessageCommand({ QueueUrl: output('ReportDlqUrl'), MessageBody }));
  }
  await page.visit('Delivery');
  await page
    .section('Webhooks of the last hours')
    .getByText(/^delivered: [1-9]/)
    .waitFor();
  await page.page.getByRole('button', { name: 'Show reports' }).click();
  const letters = page.page.getByRole('region', { name: 'Dead letters of reports' });
  const letter = letters.getByRole('row').filter({ hasText: host });
  await letter.getByText('Show').click();
  await letter.getByRole('button', { name: 'Redrive' }).click();
  await letter.waitFor({ state: 'detached' });
  await letters
    .getByRole('row')
    .filter({ hasText: useless })
    .getByRole('button', { name: 'Delete' })
    .click();
  await page.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await letters.getByText(useless).waitFor({ state: 'detached' });
  await page.visit('Now');
  await page.tile(host, 'down').waitFor();
  await forceDown(admin, host, false);
});

test('an operator sees the alarms of all projects, and finds a host, its server and their alarm', async () => {
  const page = await browsing.openAs('admin');
  await page.visit('Alarms');
  await page.row('Alarms', 'rack').waitFor();
  const [server] = rack.servers;
  const found: readonly [words: string, section: string, shown: string][] = [
    [rack.host, 'Hosts', rack.host],
    [server?.name ?? '', 'Servers', server?.name ?? ''],
    [server?.id ?? '', 'Servers', server?.name ?? ''],
    ['rack', 'Alarms', 'rack'],
  ];
  for (const [words, section, shown] of found) {
    await page.page.getByRole('searchbox').fill(words);
    await page.page.keyboard.press('Enter');
    await page.heading(`Search: ${words}`).waitFor();
    await page.section(section).getByText(shown).first().waitFor();
  }
});

test('what a monitor sent is shown at its host, or with the reason for which it was not understood', async () => {
  const host = await newHost(admin);
  const hostname = newName('storage');
  const reports = [host, hostname].map((name) => ({
    ...{ time: '2026-11-27T02:00:00.000000', type: 'compute.host.down' },
    details: { hostname: name, status: 'down', monitor: 'ipmi', monitor_event_id: name },
  }));
  await admin.expect('PUT', '/doctor/v1/inspector/events?source=ipmi', { body: reports });
  const page = await browsing.openAs('admin');
  await page.go(`#/hosts/${host}`);
  await page.row('Conditions', 'ipmi', 'raised').waitFor();
  await page.visit('Unmatched');
  const row = page.row('Unmatched items', hostname);
  await row.getByText('Show').click();
  await row.locator('pre').filter({ hasText: hostname }).waitFor();
});

test('times are local, with UTC as their tooltip', async () => {
  const page = await browsing.openAs('admin', { timezoneId: 'Asia/Tokyo' });
  await page.visit('Alarms');
  const time = page.row('Alarms', 'rack').locator('time').first();
  await time.waitFor();
  const at = new Date((await time.getAttribute('datetime')) ?? '');
  const local = at.toLocaleTimeString('en-US', { timeZone: 'Asia/Tokyo', hour12: false });
  expect(await time.textContent()).toContain(local);
  expect(await time.getAttribute('title')).toContain(`${at.toISOString().slice(11, 19)}`);
  expect(await time.getAttribute('title')).toContain('UTC');
});

test('no page broke its policy or threw an error', () => {
  expect(browsing.complaints()).toEqual([]);
});

// The last test, because a new stack has nothing to draw in its first minute.
test('charts show notifications, how long they took, and queues', async () => {
  const page = await browsing.openAs('admin');
  const charts = page.section('The last hours');
  for (const title of ['Notifications a minute', 'Report to notification']) {
    await charts.getByText(title).waitFor();
  }
  await charts.getByText('Queues not empty for').waitFor();
  await charts.getByText(/^dead letters /).waitFor();
});
