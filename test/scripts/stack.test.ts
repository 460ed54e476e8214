import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { processesOf } from '../../scripts/stack/processes.ts';
import { otherProcess, place, run } from './spawned.ts';

const Saved = z.object({
  instance: z.string(),
  port: z.int(),
  dataDir: z.string(),
  outputs: z.object({ NotificationsTopicArn: z.string() }),
});
const saved = (dir: string) =>
  Saved.parse(JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8')));

test('npm start simulates a fault, stays up, and after Ctrl-C leaves only the data and no process', async () => {
  using here = place();
  const start = run(['node', 'scripts/start.ts'], here.env);
  await start.printed('Ctrl-C stops it.');
  const { instance, dataDir } = saved(here.dir);
  expect(start.output()).toMatch(/was notified once, \d+ ms after the report/);
  expect(processesOf(instance).length).toBeGreaterThan(1);
  const openrc = join(here.dir, 'openrc');
  expect(statSync(openrc).mode & 0o777).toBe(0o600);

  start.child.kill('SIGINT');
  expect(await start.ended).toBe(0);
  expect(processesOf(instance)).toEqual([]);
  expect(existsSync(dataDir)).toBe(false);
  expect(existsSync(openrc)).toBe(true);
  expect(start.output()).toContain('The stack is down. Its data is kept in');

  const discard = run(['node', 'scripts/down.ts', '--discard'], here.env);
  expect(await discard.ended).toBe(0);
  expect(discard.output()).toContain('No stack was up. Its data is deleted.');
  expect(readdirSync(here.dir).sort()).toEqual(['cdk.out', 'ministack.log']);
});

test('another process on the port is reported and not touched; a second up and a demo reuse the stack', async () => {
  using here = place();
  const other = await otherProcess();
  const env = { ...here.env, DOCTOR_PORT: String(other.port) };
  const first = run(['node', 'scripts/up.ts'], env);
  expect(await first.ended).toBe(0);
  expect(first.output()).toContain(`Port ${other.port} is in use by another process`);
  expect(other.alive()).toBe(true);
  other.close();
  const { instance, port, outputs } = saved(here.dir);
  expect(port).not.toBe(other.port);

  const second = run(['node', 'scripts/up.ts'], env);
  expect(await second.ended).toBe(0);
  expect(second.output()).toContain('Using the stack that is up');
  expect(second.output()).not.toContain('Deploying');

  const demo = run(['node', 'scripts/demo.ts'], env);
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toMatch(/was notified once, \d+ ms after the report/);
  expect(processesOf(instance).length).toBeGreaterThan(0);

  // No notification can arrive any more, so the demo must end with exit status 1.
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: `http://localhost:${port}`, region: 'us-east-1', credentials };
  const TopicArn = outputs.NotificationsTopicArn;
  await new SNSClient(config).send(new DeleteTopicCommand({ TopicArn }));
  const unnotified = run(['node', 'scripts/demo.ts'], env);
  expect(await unnotified.ended).toBe(1);

  const down = run(['node', 'scripts/down.ts'], env);
  expect(await down.ended).toBe(0);
  expect(processesOf(instance)).toEqual([]);
  const again = run(['node', 'scripts/down.ts'], env);
  expect(await again.ended).toBe(0);
  expect(again.output()).toContain('No stack was up. Its data is kept in');
  expect(again.output()).toContain('"npm run down -- --discard" deletes it');
});
