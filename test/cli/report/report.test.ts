import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listening, script, twins } from './twins.ts';

let doctor: Awaited<ReturnType<typeof listening>>;
const folder = mkdtempSync(join(tmpdir(), 'report-'));
beforeAll(async () => {
  doctor = await listening();
});
beforeEach(() => {
  doctor.asked.length = 0;
  doctor.statuses.length = 0;
});
afterAll(() => {
  doctor.close();
  rmSync(folder, { recursive: true });
});

const account = () => ({ DOCTOR_URL: doctor.url, DOCTOR_TOKEN: 'id:secret' });

/** A text that a network sends: quotes, a shell's and JSON's characters, controls, other scripts. */
const hostile =
  '"; rm -rf / $(id) `id` \'\\" \\u0041 \t\r\n\u0001\u001b[2J %s %n \\x41 é 日本 😀 {"a":1} -- @/etc/passwd';

const macros = (more: Record<string, string>) =>
  Object.entries({
    ...{ HOSTNAME: 'compute-1', HOSTSTATE: 'DOWN', HOSTSTATETYPE: 'HARD' },
    ...{ NOTIFICATIONTYPE: '', HOSTPROBLEMID: '1', LASTHOSTPROBLEMID: '0' },
    ...{ HOSTOUTPUT: 'CRITICAL - Host Unreachable (192.0.2.11)', ...more },
  }).map(([name, value]) => `${name}=${value}`);
const prefixed = (prefix: string, words: readonly string[]) =>
  Object.fromEntries(
    words.map((word) => [`${prefix}_${word.split('=')[0]}`, word.replace(/^[^=]*=/, '')]),
  );

const down = { hostname: 'compute-1', status: 'down', severity: 'critical' } as const;
const up = { hostname: 'compute-1', status: 'up' } as const;
const unreachable = 'CRITICAL - Host Unreachable (192.0.2.11)';
const nagios = { ...down, monitor: 'nagios', monitor_event_id: '1', cause: unreachable };
const icinga = { ...down, monitor: 'icinga', cause: unreachable };
const fencing = {
  ...{ CRM_alert_kind: 'fencing', CRM_alert_node: 'compute-1', CRM_alert_task: 'reboot' },
  ...{ CRM_alert_rc: '0', CRM_alert_desc: 'Operation reboot of compute-1 by ctl-1: OK' },
};
const node = { CRM_alert_kind: 'node', CRM_alert_node: 'compute-1' };
const VI_1 = { hostname: 'lb-1', monitor: 'keepalived', monitor_event_id: 'lb-1/INSTANCE/VI_1' };

type Case = {
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly type?: string;
  readonly details: Readonly<Record<string, unknown>>;
};

const sent: readonly Case[] = [
  {
    what: 'a host that is down',
    args: ['--down', 'compute-1'],
    details: { ...down, monitor: 'script' },
  },
  { what: 'a host that is up', args: ['compute-1', '--up'], details: { ...up, monitor: 'script' } },
  {
    what: 'all options',
    args: [
      ...['--type', 'compute.host.network', '--severity=MAJOR', '--monitor', 'm-1'],
      ...['--event-id', 'e=1', '--cause', '-1 of 2', '--fenced', '--down', 'compute-1'],
    ],
    type: 'compute.host.network',
    details: {
      ...{ hostname: 'compute-1', status: 'down', monitor: 'm-1', monitor_event_id: 'e=1' },
      ...{ severity: 'major', cause: '-1 of 2', fenced: true },
    },
  },
  {
    what: 'a severity of an end, and no fencing of it',
    args: ['--up', '--fenced', '--severity', 'warning', 'compute-1'],
    details: { ...up, monitor: 'script', severity: 'warning' },
  },
  {
    what: 'a hostile text',
    args: ['--down', '--cause', hostile, `--event-id=${hostile}`, 'compute-1'],
    details: { ...down, monitor: 'script', monitor_event_id: hostile, cause: hostile },
  },
  {
    what: "Nagios' notification of a problem",
    args: ['--from', 'nagios', ...macros({ NOTIFICATIONTYPE: 'PROBLEM' })],
    details: nagios,
  },
  {
    what: "Nagios' notification of a recovery, with the id of the problem",
    args: [
      ...['--from', 'nagios'],
      ...macros({ NOTIFICATIONTYPE: 'RECOVERY', HOSTSTATE: 'UP', HOSTOUTPUT: 'PING OK' }),
      ...['HOSTPROBLEMID=0', 'LASTHOSTPROBLEMID=1'],
    ],
    details: { ...up, monitor: 'nagios', monitor_event_id: '1', cause: 'PING OK' },
  },
  {
    what: "Nagios' event handler of a hard state",
    args: ['--from', 'nagios', '--monitor', 'nagios-2', ...macros({})],
    details: { ...nagios, monitor: 'nagios-2' },
  },
  {
    what: "Nagios' macros in the environment",
    args: ['--from', 'nagios'],
    env: prefixed('NAGIOS', macros({ HOSTOUTPUT: hostile })),
    details: { ...nagios, cause: hostile },
  },
  {
    what: "Icinga's notification, keyed by the host",
    args: ['--from', 'icinga', '--fenced'],
    env: prefixed('ICINGA', macros({ NOTIFICATIONTYPE: 'PROBLEM' })),
    details: { ...icinga, fenced: true },
  },
  {
    what: "Icinga's event command after a recovery",
    args: ['--from', 'icinga', ...macros({ HOSTSTATE: 'UP', HOSTOUTPUT: 'PING OK ' })],
    details: { ...up, monitor: 'icinga', cause: 'PING OK ' },
  },
  {
    what: "Pacemaker's fencing: the host was fenced",
    args: ['--from', 'pacemaker'],
    env: fencing,
    details: {
      ...{ ...down, monitor: 'pacemaker', fenced: true },
      cause: 'Operation reboot of compute-1 by ctl-1: OK',
    },
  },
  {
    what: "Pacemaker's loss of a node",
    args: ['--from', 'pacemaker'],
    env: { ...node, CRM_alert_desc: 'lost' },
    details: { ...down, monitor: 'pacemaker', cause: 'Pacemaker: node lost' },
  },
  {
    what: "Pacemaker's return of a node",
    args: ['--from', 'pacemaker'],
    env: { ...node, CRM_alert_desc: 'member' },
    details: { ...up, monitor: 'pacemaker', cause: 'Pacemaker: node member' },
  },
  {
    what: "keepalived's FAULT",
    args: ['--from', 'keepalived', '--host', 'lb-1', 'INSTANCE', 'VI_1', 'FAULT', '100'],
    details: {
      ...{ ...VI_1, status: 'down', severity: 'critical' },
      cause: 'keepalived: VI_1 is FAULT',
    },
  },
  ...['MASTER', 'BACKUP', 'STOP'].map((state) => ({
    what: `keepalived's ${state}`,
    args: ['--from', 'keepalived', '--host', 'lb-1', 'INSTANCE', 'VI_1', state, '100'],
    details: { ...VI_1, status: 'up', cause: `keepalived: VI_1 is ${state}` },
  })),
  {
    what: "keepalived's group, on this host",
    args: ['--from', 'keepalived', 'GROUP', 'G', 'FAULT', '0'],
    details: {
      ...{ hostname: hostname(), status: 'down', monitor: 'keepalived', severity: 'critical' },
      ...{ monitor_event_id: `${hostname()}/GROUP/G`, cause: 'keepalived: G is FAULT' },
    },
  },
];

const silent: readonly (Omit<Case, 'details'> & { says: string })[] = [
  ...['ACKNOWLEDGEMENT', 'DOWNTIMESTART', 'DOWNTIMEEND', 'FLAPPINGSTART', 'CUSTOM'].flatMap(
    (type) =>
      ['nagios', 'icinga'].map((from) => ({
        what: `${from}: ${type}`,
        args: ['--from', from, ...macros({ NOTIFICATIONTYPE: type })],
        says: `NOTIFICATIONTYPE is ${type}.`,
      })),
  ),
  {
    what: 'a soft state',
    args: ['--from', 'nagios', ...macros({ HOSTSTATETYPE: 'SOFT' })],
    says: 'HOSTSTATETYPE is SOFT.',
  },
  {
    what: 'a soft recovery',
    args: ['--from', 'icinga', ...macros({ HOSTSTATE: 'UP', HOSTSTATETYPE: 'SOFT' })],
    says: 'HOSTSTATETYPE is SOFT.',
  },
  {
    what: 'a host behind a router that is down',
    args: [
      '--from',
      'nagios',
      ...macros({ HOSTSTATE: 'UNREACHABLE', NOTIFICATIONTYPE: 'PROBLEM' }),
    ],
    says: 'HOSTSTATE is UNREACHABLE.',
  },
  {
    what: 'a fencing that failed',
    args: ['--from', 'pacemaker'],
    env: { ...fencing, CRM_alert_rc: '-62' },
    says: 'fencing ended with -62.',
  },
  {
    what: 'a node that is switched on',
    args: ['--from', 'pacemaker'],
    env: { ...fencing, CRM_alert_task: 'on' },
    says: 'the fencing task is on.',
  },
  {
    what: 'a node that Pacemaker 2.1.5 switches on',
    args: ['--from', 'pacemaker'],
    env: {
      ...fencing,
      ...{
        CRM_alert_task: 'st_notify_fence',
        CRM_alert_desc: 'Operation on of compute-1 by a: OK',
      },
    },
    says: 'the fencing task is on.',
  },
  {
    what: "a resource's operation",
    args: ['--from', 'pacemaker'],
    env: { CRM_alert_kind: 'resource', CRM_alert_node: 'compute-1' },
    says: 'the kind of the alert is resource.',
  },
  {
    what: 'a state that keepalived may get',
    args: ['--from', 'keepalived', 'INSTANCE', 'VI_1', 'DELETED', '100'],
    says: 'the state is DELETED.',
  },
];

const misuses: readonly { args: readonly string[]; env?: Record<string, string>; says: string }[] =
  [
    { args: [], says: 'One of --down, --up and --from is needed.' },
    { args: ['--down'], says: 'HOST is missing.' },
    { args: ['--down', ''], says: 'HOST is missing.' },
    { args: ['--down', '--up', 'h'], says: '--down and --up exclude each other.' },
    { args: ['--down', 'h', 'i'], says: 'Unexpected argument: i' },
    { args: ['--off', 'h'], says: 'Unknown option: --off' },
    { args: ['--off=1', 'h'], says: 'Unknown option: --off' },
    { args: ['-x', 'h'], says: 'Unknown option: -x' },
    { args: ['--down=1', 'h'], says: 'Unknown option: --down' },
    { args: ['--down', 'h', '--cause'], says: '--cause needs a value.' },
    { args: ['--down', '--severity', 'bad', 'h'], says: '--severity is critical, major, ' },
    { args: ['--down', '--monitor', 'a/b', 'h'], says: '--monitor has letters, ' },
    { args: ['--down', '--timeout', '0', 'h'], says: '--timeout is a number from 1 to 600.' },
    { args: ['--down', '--timeout', '601', 'h'], says: '--timeout is a number from 1 to 600.' },
    { args: ['--down', '--timeout', '1e2', 'h'], says: '--timeout is a number from 1 to 600.' },
    { args: ['--from', 'munin', 'h'], says: '--from is nagios, icinga, ' },
    { args: ['--from', 'nagios', '--down', 'h'], says: '--from nagios excludes --down and --up.' },
    { args: ['--from', 'nagios'], says: 'HOSTNAME is missing.' },
    { args: ['--from', 'keepalived', 'VI_1', 'FAULT'], says: 'keepalived gives INSTANCE or GROUP' },
    { args: ['--from', 'keepalived', 'GROUP'], says: 'The name of the instance is missing.' },
    {
      args: ['--from', 'pacemaker'],
      env: { ...fencing, CRM_alert_node: '' },
      says: 'CRM_alert_node is missing.',
    },
    { args: ['--from', 'consul'], says: 'Standard input is empty.' },
    { args: ['--down', 'h'], env: { DOCTOR_URL: '' }, says: 'DOCTOR_URL is not set.' },
    {
      args: ['--down', 'h'],
      env: { DOCTOR_URL: 'ftp://h' },
      says: 'DOCTOR_URL begins with https://',
    },
    { args: ['--down', 'h'], env: { DOCTOR_TOKEN: 'a b' }, says: 'DOCTOR_TOKEN has a character' },
    { args: ['--down', 'h'], env: { DOCTOR_TOKEN: 'a\nb' }, says: 'are one line each.' },
    { args: ['--down', 'h'], env: { DOCTOR_TOKEN: '' }, says: 'DOCTOR_TOKEN is not set, nor ' },
    { args: ['--down', '--config', '/nowhere', 'h'], says: '/nowhere cannot be read.' },
  ];

describe.each(twins)('$name', ({ run }) => {
  test.each(sent)('sends $what', async ({ args, env, type = 'compute.host.down', details }) => {
    const { status, out, err } = await run(args, { ...account(), ...env });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^doctor[- ]report: \S+ (down|up) is reported \(HTTP 200\)\. [^\n]+\n$/);
    const [request, ...more] = doctor.asked;
    expect(more).toEqual([]);
    const source = details.monitor === 'script' ? 'script' : `script/${details.monitor}`;
    expect(request?.path).toBe(`POST /doctor/v1/inspector/events?source=${source}`);
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer id:secret',
    });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(JSON.parse(request?.body ?? '')).toEqual({ time, type, details });
  });

  test.each(silent)('has nothing to report of $what', async ({ args, env, says }) => {
    const { status, out } = await run(args, { ...account(), ...env });
    expect(status).toBe(0);
    expect(out.replace(/^doctor[- ]report: /, '')).toBe(`nothing to report: ${says}\n`);
    expect(doctor.asked).toEqual([]);
  });

  test.each(misuses)('refuses $args $env with status 2', async ({ args, env, says }) => {
    const { status, err } = await run(args, { ...account(), ...env });
    expect(status).toBe(2);
    expect(err).toContain(says);
    expect(err.split('\n')).toHaveLength(2);
    expect(doctor.asked).toEqual([]);
  });

  test.each([
    { from: 'consul', args: [], path: '/consul' },
    { from: 'consul', args: ['--monitor', 'dc-1.eu_2'], path: '/consul?source=dc-1.eu_2' },
    { from: 'alertmanager', args: [], path: '/alertmanager' },
    { from: 'alertmanager', args: ['--monitor', 'a'], path: '/alertmanager?source=a' },
  ])('sends the body of $from as it is, to $path', async ({ from, args, path }) => {
    const body = `[ {"Output": ${JSON.stringify(hostile)}} ]\n${' '.repeat(150_000)}`;
    const { status } = await run(['--from', from, ...args], account(), body);
    expect(status).toBe(0);
    expect(doctor.asked.map((each) => each.path)).toEqual([`POST /doctor/v1${path}`]);
    expect(doctor.asked[0]?.body).toBe(body);
  });

  test('a 5xx is sent again, with the same body', async () => {
    doctor.statuses.push(503, 500);
    expect((await run(['--down', 'h'], account())).status).toBe(0);
    const bodies = doctor.asked.map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });

  test.each([400, 401, 403, 404, 429, 302, 308])('a %s is final', async (answer) => {
    doctor.statuses.push(answer);
    const { status, err } = await run(['--down', 'h'], account());
    expect(status).toBe(1);
    expect(err).toContain(`h down is refused (HTTP ${answer}): `);
    expect(doctor.asked).toHaveLength(1);
  });

  test('without an answer in time it ends with status 1 and one line', async () => {
    doctor.statuses.push(...Array.from({ length: 20 }, () => 503));
    const env = { ...account(), DOCTOR_URL: 'http://127.0.0.1:1/doctor/v1' };
    const [busy, refused] = await Promise.all([
      run(['--down', '--timeout', '1', 'h'], account()),
      run(['--down', '--timeout=1', 'h'], env),
    ]);
    expect([busy.status, refused.status]).toEqual([1, 1]);
    expect(busy.err).toMatch(/ h down is not reported after \d+ tries: HTTP 503: [^\n]*\n$/);
    expect(refused.err).toMatch(/ h down is not reported after \d+ tries: no answer: [^\n]*\n$/);
  });

  test('its account is in a file, which the environment overrides', async () => {
    const file = join(folder, 'report.conf');
    const lines = [
      ...['# of the monitor', '', `DOCTOR_URL=${doctor.url}/`, 'DOCTOR_USERNAME=nägios'],
      'DOCTOR_PASSWORD=a"b\\c=d e#f',
    ];
    writeFileSync(file, lines.join('\n'), { mode: 0o640 });
    expect((await run(['--config', file, '--down', 'h'], {})).status).toBe(0);
    await run(['--config', file, '--down', 'h'], { DOCTOR_TOKEN: 'token' });
    const basic = Buffer.from('nägios:a"b\\c=d e#f').toString('base64');
    expect(doctor.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['POST /doctor/v1/inspector/events?source=script', `Basic ${basic}`],
      ['POST /doctor/v1/inspector/events?source=script', 'Bearer token'],
    ]);
  });

  test.each([0o644, 0o604, 0o602, 0o660])('a file of the mode %o is refused', async (mode) => {
    const file = join(folder, 'open.conf');
    writeFileSync(file, `DOCTOR_URL=${doctor.url}\nDOCTOR_TOKEN=t\n`);
    chmodSync(file, mode);
    const { status, err } = await run(['--config', file, '--down', 'h'], {});
    expect({ status, asked: doctor.asked }).toEqual({ status: 2, asked: [] });
    expect(err).toContain('others must not read it, nor its group write it.');
  });

  test('a line of the file that is no setting is refused by its name, without its value', async () => {
    const file = join(folder, 'odd.conf');
    writeFileSync(file, 'DOCTOR_TOKN=secret\n', { mode: 0o600 });
    const { status, err } = await run(['--config', file, '--down', 'h'], {});
    expect(status).toBe(2);
    expect(err).toContain('DOCTOR_TOKN');
    expect(err).not.toContain('secret');
  });

  test('--help prints the options and the exit statuses', async () => {
    const { status, out } = await run(['--help'], {});
    expect(status).toBe(0);
    expect(out).toContain('Exit status: 0');
  });
});

test('both have the same help', async () => {
  const [line, shell] = await Promise.all(twins.map(({ run }) => run(['-h'], {})));
  const options = (help = '') => help.slice(help.indexOf('  --down,'));
  expect(options(shell?.out)).toBe(options(line?.out));
});

test.each(['--down', '--up'])('both send equal bodies of %s', async (option) => {
  for (const { run } of twins) await run([option, '--cause', hostile, 'h'], account());
  const [line, shell] = doctor.asked.map(({ body }) => Object.entries(JSON.parse(body)));
  expect(shell?.slice(1)).toEqual(line?.slice(1));
});

test('bytes that are not UTF-8 become replacement characters in the script', async () => {
  const bytes = [97, 0xff, 0xe2, 0x82, 99, 0xf0, 0x9f, 0xed, 0xa0, 0x80, 0xc0, 0x80, 0xc3, 0xa9];
  const octal = bytes.map((byte) => `\\${byte.toString(8)}`).join('');
  const command = `exec /bin/sh ${script} --down h --cause "$(printf '${octal}')"`;
  const env = { PATH: process.env.PATH, ...account() };
  await promisify(execFile)('/bin/sh', ['-c', command], { env });
  const { details } = JSON.parse(doctor.asked[0]?.body ?? '');
  expect(details.cause).toBe(new TextDecoder().decode(new Uint8Array(bytes)));
});
