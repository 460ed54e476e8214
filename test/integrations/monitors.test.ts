/** The example configurations: the commands that each monitor runs with them, run in the same way. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { listening, script } from '../cli/report/twins.ts';

const folder = mkdtempSync(join(tmpdir(), 'monitors-'));
let doctor: Awaited<ReturnType<typeof listening>>;
beforeAll(async () => {
  doctor = await listening();
  writeFileSync(
    join(folder, 'report.conf'),
    read('report/report.conf')
      .replace('https://API-HOST/api/doctor/v1', doctor.url)
      .replace('ID:SECRET', 'id:secret'),
    { mode: 0o640 },
  );
});
beforeEach(() => {
  doctor.asked.length = 0;
});
afterAll(() => {
  doctor.close();
  rmSync(folder, { recursive: true });
});

/** A file, with the script where it is here, and its configuration in the test's folder. */
function read(file: string): string {
  const installed = '/usr/local/bin/doctor-report.sh';
  const here = `${resolve(script)} --config ${join(folder, 'report.conf')}`;
  return readFileSync(`integrations/${file}`, 'utf8').replaceAll(installed, here);
}

const run = async (command: string, env: Record<string, string> = {}) =>
  (
    await promisify(execFile)('/bin/sh', ['-c', command], {
      env: { PATH: process.env.PATH, ...env },
    })
  ).stdout;

const sent = () =>
  doctor.asked.map(({ path, headers, body }) => {
    const source = new URL(path.replace(/^POST /, ''), 'http://doctor').searchParams.get('source');
    return { source, authorization: headers.authorization, ...JSON.parse(body) };
  });

const details = { hostname: 'compute-1', status: 'down', severity: 'critical' };
const hostile = 'CRITICAL; $(touch x) `id` "a" \'b\' <c> | & \\ %s $HOME ~ é';

/** Nagios puts macros into the command line, and removes some characters from those of plugins. */
function nagiosLine(macros: Record<string, string>): string {
  const [, line = ''] = /command_line +(.*)/.exec(read('nagios/doctor.cfg')) ?? [];
  return line.replaceAll(/\$([A-Z]+)\$/g, (_, name: string) =>
    (macros[name] ?? '').replaceAll(/[`~$&|'"<>]/g, ''),
  );
}

test('Nagios: a notification, with the output of a plugin', async () => {
  const line = nagiosLine({
    ...{ HOSTNAME: 'compute-1', HOSTSTATE: 'DOWN', HOSTSTATETYPE: 'HARD' },
    ...{ NOTIFICATIONTYPE: 'PROBLEM', HOSTPROBLEMID: '7', LASTHOSTPROBLEMID: '3' },
    HOSTOUTPUT: hostile,
  });
  await run(line);
  const cause = 'CRITICAL; (touch x) id a b c   \\ %s HOME  é';
  expect(sent()).toMatchObject([
    {
      ...{ source: 'script/nagios', authorization: 'Bearer id:secret' },
      details: { ...details, monitor_event_id: '7', cause },
    },
  ]);
});

test('Nagios: an event handler has no type of notification', async () => {
  const state = { HOSTNAME: 'compute-1', HOSTSTATE: 'DOWN', HOSTPROBLEMID: '7' };
  expect(await run(nagiosLine({ ...state, HOSTSTATETYPE: 'SOFT' }))).toContain('nothing to report');
  await run(nagiosLine({ ...state, HOSTSTATETYPE: 'HARD' }));
  await run(
    nagiosLine({
      ...{ HOSTNAME: 'compute-1', HOSTSTATE: 'UP', HOSTSTATETYPE: 'HARD' },
      ...{ HOSTPROBLEMID: '0', LASTHOSTPROBLEMID: '7' },
    }),
  );
  expect(sent()).toMatchObject([
    { details: { status: 'down', monitor_event_id: '7' } },
    { details: { status: 'up', monitor_event_id: '7' } },
  ]);
});

/** Icinga runs the command without a shell, and its macros are in the environment. */
function icinga(command: string, macros: Record<string, string>) {
  const [, block = ''] =
    new RegExp(`Command "${command}" \\{(.*?)\\n\\}`, 's').exec(read('icinga2/doctor.conf')) ?? [];
  const env = [...block.matchAll(/(ICINGA_\w+) = "\$([\w.]+)\$"/g)].map(([, name, macro]) => [
    name,
    macros[macro ?? ''] ?? '',
  ]);
  const [, words = '[]'] = /command = (\[.*\])/.exec(block) ?? [];
  const args: string[] = z.array(z.string()).parse(JSON.parse(words));
  return run(args.join(' '), Object.fromEntries(env));
}
const icingaHost = { 'host.name': 'compute-1', 'host.state_type': 'HARD', 'host.output': hostile };

test('Icinga: the event command and the notification are about one condition', async () => {
  await icinga('doctor-host-event', { ...icingaHost, 'host.state': 'DOWN' });
  const problem = { 'host.state': 'DOWN', 'notification.type': 'PROBLEM' };
  await icinga('doctor-host', { ...icingaHost, ...problem });
  const [event, notification] = sent();
  expect(event).toMatchObject({ source: 'script/icinga', details: { ...details, cause: hostile } });
  expect(notification.details).toEqual(event?.details);
});

test('Icinga: an acknowledgement is ignored', async () => {
  const acknowledged = { 'host.state': 'DOWN', 'notification.type': 'ACKNOWLEDGEMENT' };
  const out = await icinga('doctor-host', { ...icingaHost, ...acknowledged });
  expect(out).toContain('nothing to report');
  expect(sent()).toEqual([]);
});

test('Pacemaker: the agent reports a fenced host within its timeout', async () => {
  const agent = join(folder, 'doctor-alert.sh');
  writeFileSync(agent, read('pacemaker/doctor-alert.sh'));
  chmodSync(agent, 0o755);
  const alert = { CRM_alert_kind: 'fencing', CRM_alert_node: 'compute-1', CRM_alert_rc: '0' };
  await run(agent, { ...alert, CRM_alert_task: 'off' });
  expect(sent()).toMatchObject([
    { source: 'script/pacemaker', details: { ...details, fenced: true } },
  ]);
  const xml = read('pacemaker/alert.xml');
  expect(xml).toContain('name="timeout" value="30s"');
  expect(xml).toMatch(/<select_nodes\/>\s*<select_fencing\/>/);
});

test('Consul: the watch passes on the list of critical checks', async () => {
  const Watches = z.object({
    watches: z.tuple([
      z.object({
        type: z.literal('checks'),
        state: z.literal('critical'),
        handler_type: z.literal('script'),
        args: z.array(z.string()),
      }),
    ]),
  });
  const [{ args }] = Watches.parse(JSON.parse(read('consul/doctor.json'))).watches;
  await run(`echo '[]' | ${args.join(' ')}`);
  expect(doctor.asked).toMatchObject([{ path: 'POST /doctor/v1/consul', body: '[]\n' }]);
});

test('keepalived: it appends the event to the notify line', async () => {
  const [, notify = ''] = /notify "(.*)"/.exec(read('keepalived/doctor.conf')) ?? [];
  await run(`${notify} INSTANCE VI_1 FAULT 100`);
  expect(sent()).toMatchObject([
    { source: 'script/keepalived', type: 'compute.host.unreachable', details: { status: 'down' } },
  ]);
});
