/**
 * A watch of Consul, a BMC and the shell script, each on the deployed routes: they report a host
 * down, and up again.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { type Client, login, output } from '../stack/stack.ts';
import { newHost, newName, serviceOf } from './cloud.ts';

let admin: Client;
beforeAll(async () => {
  admin = await login('admin');
});

const stateOf = async (host: string) => (await serviceOf(admin, host)).state;
const outcomes = async (path: string, body: unknown) =>
  (await admin.expect('POST', path, { body })).body;
const items = (...outcome: string[]) => ({ items: outcome.map((each) => ({ outcome: each })) });

test('a host that Consul’s list no longer has is up again', async () => {
  const [first, second] = [await newHost(admin), await newHost(admin)];
  const check = (Node: string) => ({ Node, CheckID: 'serfHealth', Status: 'critical', Output: '' });
  const path = `/doctor/v1/consul?source=${newName('dc')}`;
  expect(await outcomes(path, [check(first), check(second)])).toMatchObject(
    items('raised', 'raised'),
  );
  expect([await stateOf(first), await stateOf(second)]).toEqual(['down', 'down']);
  expect(await outcomes(path, [check(first)])).toMatchObject(items('renewed', 'cleared'));
  expect([await stateOf(first), await stateOf(second)]).toEqual(['down', 'up']);
  expect(await outcomes(path, null)).toMatchObject(items('cleared'));
  expect(await stateOf(first)).toBe('up');
});

test('a BMC takes its host down, and the OK of the same origin takes it up', async () => {
  const host = await newHost(admin);
  const event = (MessageSeverity: string) => ({
    Events: [
      {
        ...{ MessageId: 'Platform.1.0.PlatformError', MessageSeverity },
        OriginOfCondition: { '@odata.id': '/redfish/v1/Systems/system/Processors/cpu1' },
      },
    ],
  });
  const path = `/doctor/v1/redfish/${host}`;
  expect(await outcomes(path, event('Critical'))).toMatchObject(items('raised'));
  expect(await stateOf(host)).toBe('down');
  expect(await outcomes(path, event('OK'))).toMatchObject(items('cleared'));
  expect(await stateOf(host)).toBe('up');
});

test('the script reports a host down, and up', async () => {
  const host = await newHost(admin);
  const env = {
    ...process.env,
    ...{ DOCTOR_URL: `${output('ApiUrl')}/doctor/v1`, DOCTOR_TOKEN: admin.token },
  };
  const report = async (option: string) => {
    const args = [option, '--cause', '"quoted" $(text)', host];
    return (await promisify(execFile)('integrations/report/doctor-report.sh', args, { env }))
      .stdout;
  };
  expect(await report('--down')).toContain('"outcome":"raised"');
  expect(await stateOf(host)).toBe('down');
  expect(await report('--up')).toContain('"outcome":"cleared"');
  expect(await stateOf(host)).toBe('up');
});
