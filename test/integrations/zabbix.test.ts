/** The media type for Zabbix: what its script sends, and how it handles the answer. */
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

const file = readFileSync('integrations/zabbix/media_doctor.yaml', 'utf8');
const Media = z.object({
  zabbix_export: z.object({
    version: z.literal('6.0'),
    media_types: z.tuple([
      z.object({
        type: z.literal('WEBHOOK'),
        parameters: z.array(z.object({ name: z.string(), value: z.string() })),
        attempts: z.string(),
        attempt_interval: z.string(),
        timeout: z.string(),
        script: z.string(),
        message_templates: z.array(
          z.object({ event_source: z.literal('TRIGGERS'), operation_mode: z.string() }).loose(),
        ),
      }),
    ]),
  }),
});
const [media] = Media.parse(parse(file)).zabbix_export.media_types;

type Answer = { readonly status?: number; readonly body?: string };
const accepted = (outcome: string, reason: string | null = null) =>
  JSON.stringify({ items: [{ outcome, reason, condition_id: null, fault_id: null }] });

/** The values with which Zabbix replaces the macros in the parameters. */
const macros: Record<string, string> = {
  '{ALERT.SENDTO}': 'https://api.example/doctor/v1/',
  '{$DOCTOR.TOKEN}': 'id:secret',
  '{EVENT.SOURCE}': '0',
  '{EVENT.ID}': '1042',
  '{EVENT.VALUE}': '1',
  '{EVENT.UPDATE.STATUS}': '0',
  '{EVENT.NSEVERITY}': '5',
  '{EVENT.NAME}': 'compute-1: "unavailable" by ICMP ping',
  '{HOST.HOST}': 'compute-1',
};

/** Runs the script with a stand-in for Zabbix' objects; `result` is undefined if it threw. */
function zabbix(more: Record<string, string> = {}, { status = 200, body }: Answer = {}) {
  const given = media.parameters.map(({ name, value }) => [
    name,
    { ...macros, ...more }[value] ?? value,
  ]);
  const sent: { url: string; headers: string[]; body: unknown }[] = [];
  const logged: string[] = [];
  const answer = body ?? accepted('raised');
  class HttpRequest {
    private readonly headers: string[] = [];
    addHeader(header: string) {
      this.headers.push(header);
    }
    post(url: string, text: string) {
      sent.push({ url, headers: this.headers, body: JSON.parse(text) });
      return answer;
    }
    getStatus() {
      return status;
    }
  }
  const context = createContext({
    HttpRequest,
    Zabbix: { log: (_: number, text: string) => logged.push(text) },
    value: JSON.stringify(Object.fromEntries(given)),
  });
  try {
    const result: unknown = runInContext(`(function () {${media.script}})()`, context);
    return { result, thrown: undefined, sent, logged };
  } catch (thrown) {
    return { result: undefined, thrown, sent, logged };
  }
}

const details = {
  hostname: 'compute-1',
  status: 'down',
  monitor: 'zabbix',
  monitor_event_id: '1042',
  severity: 'critical',
  cause: 'compute-1: "unavailable" by ICMP ping',
};

test('a problem is one request with its event id as key', () => {
  const { sent, result, thrown } = zabbix();
  expect({ result, thrown }).toEqual({ result: 'raised', thrown: undefined });
  expect(sent).toEqual([
    {
      url: 'https://api.example/doctor/v1/inspector/events?source=zabbix',
      headers: ['Content-Type: application/json', 'Authorization: Bearer id:secret'],
      body: { time: expect.stringMatching(/Z$/), type: 'compute.host.down', details },
    },
  ]);
});

test('a recovery has the same key, and reports the host up', () => {
  const { sent } = zabbix({ '{EVENT.VALUE}': '0' });
  expect(sent[0]?.body).toMatchObject({ details: { ...details, status: 'up' } });
});

test.each([
  ['0', 'indeterminate'],
  ['1', 'warning'],
  ['2', 'warning'],
  ['3', 'minor'],
  ['4', 'major'],
  ['5', 'critical'],
  ['{EVENT.NSEVERITY}', 'indeterminate'],
])('the severity %s is %s', (number, severity) => {
  const { sent } = zabbix({ '{EVENT.NSEVERITY}': number });
  expect(sent[0]?.body).toMatchObject({ details: { severity } });
});

test.each([
  ['an acknowledgement', { '{EVENT.UPDATE.STATUS}': '1' }],
  ["an event of Zabbix' discovery", { '{EVENT.SOURCE}': '1' }],
])('%s sends nothing, and is not an error', (_, more) => {
  const { sent, thrown, result } = zabbix(more);
  expect({ sent, thrown }).toEqual({ sent: [], thrown: undefined });
  expect(result).toContain('Nothing to report');
});

test.each([
  ['no URL as "Send to"', { '{ALERT.SENDTO}': 'alice@example.org' }, 'Send to'],
  ['a macro without a value', { '{$DOCTOR.TOKEN}': '{$DOCTOR.TOKEN}' }, '{$DOCTOR.TOKEN}'],
  ['no value of the event', { '{EVENT.VALUE}': '{EVENT.VALUE}' }, 'event_value'],
])('%s is a failure that names it', (_, more, named) => {
  const { sent, thrown } = zabbix(more);
  expect(sent).toEqual([]);
  expect(thrown).toContain(named);
});

test.each([301, 400, 401, 403, 500, 503])(
  'an answer %s is thrown, so Zabbix tries again',
  (status) => {
    expect(zabbix({}, { status, body: 'no' }).thrown).toBe(`Doctor answered ${status}: no`);
  },
);

test.each(['', 'OK', '<html>', '[]', '{"items":[]}'])(
  'a 200 of another server, such as the end of a redirect, is thrown: %s',
  (body) => {
    expect(zabbix({}, { body }).thrown).toContain("not Doctor's");
  },
);

test('a host that Doctor does not know is not an error, and is logged', () => {
  const { result, thrown, logged } = zabbix({}, { body: accepted('unmatched', 'No such host.') });
  expect({ result, thrown }).toEqual({ result: 'unmatched: No such host.', thrown: undefined });
  expect(logged).toEqual(['Doctor knows no host compute-1: No such host.']);
});

test('the script is ES5, as Duktape runs it', () => {
  expect(media.script).not.toMatch(/=>|`|\b(let|const|class|async)\b/);
});

test('Zabbix sends in all three modes, and tries ten times', () => {
  expect(media.message_templates.map(({ operation_mode }) => operation_mode)).toEqual([
    ...['PROBLEM', 'RECOVERY', 'UPDATE'],
  ]);
  expect(media).toMatchObject({ attempts: '10', attempt_interval: '10s', timeout: '10s' });
});
