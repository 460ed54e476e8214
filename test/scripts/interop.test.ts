import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { here } from '../../scripts/interop/install.ts';
import { programs } from '../../scripts/interop/programs.ts';
import { buildGo } from '../../scripts/interop/python-and-go.ts';
import { scriptOf } from '../../scripts/interop/script.ts';
import { root } from '../../scripts/stack/state.ts';
import { run } from './spawned.ts';

/** The exit status of the command and its output. */
async function interop(...args: string[]): Promise<{ code: number | null; output: string }> {
  const spawned = run([process.execPath, join(root, 'scripts/interop.ts'), ...args], {});
  return { code: await spawned.ended, output: spawned.output() };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('npm run test:interop', () => {
  test('--list names every program, and starts nothing', async () => {
    const { code, output } = await interop('--list');
    expect(code).toBe(0);
    for (const { name, does } of programs) expect(output).toContain(`${name.padEnd(20)} ${does}`);
    expect(output).not.toContain('Starting');
  });

  test('--help lists the options', async () => {
    const { code, output } = await interop('--help');
    expect(code).toBe(0);
    expect(output).toContain('--instances-on-force-down SETTING');
  });

  test.each([
    { args: ['no-such'], says: 'There is no program no-such: see --list.' },
    { args: ['--no-such'], says: "Unknown option '--no-such'" },
    {
      args: ['--instances-on-force-down', 'x'],
      says: '--instances-on-force-down is stop or leave.',
    },
  ])('refuses $args without a stack', async ({ args, says }) => {
    const { code, output } = await interop(...args);
    expect(code).toBe(1);
    expect(output).toContain(says);
    expect(output).not.toContain('Starting');
  });
});

test('a program that needs Go says so if Go is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-no-go-'));
  vi.stubEnv('PATH', folder);
  const building = buildGo(folder, 'go.mod', join(folder, 'built'), join(folder, 'log'));
  await expect(building).rejects.toThrow('Go 1.25 or newer is needed for it');
});

test('every excluded test of tempest has its reason beside it', () => {
  const folder = join(here, 'tempest');
  const excluded = readdirSync(folder)
    .filter((file) => file.endsWith('.out.txt'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
  expect(excluded.filter((line) => !/^\S+ {2}# \S/.test(line))).toEqual([]);
});

describe('a recording', () => {
  const service = '0e2c1a5e-4a4e-4f0e-9d0a-3f8a1f1f0001';
  const call = (method: string, path: string, more: { body?: string; answer?: string } = {}) => ({
    ...{ method, path, headers: { 'x-auth-token': 'secret' }, status: 200 },
    ...{ body: '', answer: '', ...more },
  });

  test('has names in place of known values, and of ids in earlier answers', () => {
    const answer = JSON.stringify({ services: [{ id: service, host: 'h-1' }] });
    const script = scriptOf(
      [call('GET', '/os-services?host=h-1', { answer }), call('PUT', `/os-services/${service}`)],
      { host: 'h-1', password: 'p' },
    );
    expect(script.map(({ path }) => path)).toEqual([
      '/os-services?host={host}',
      '/os-services/{id1}',
    ]);
    expect(script[0]?.learn).toEqual({ id1: ['services', 0, 'id'] });
    expect(JSON.stringify(script)).not.toContain('secret');
  });

  test('leaves out the repeated requests of a waiting client', () => {
    const script = scriptOf([call('GET', '/a'), call('GET', '/a'), call('PUT', '/a')], {});
    expect(script.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  test('leaves out logins of other accounts', () => {
    const logins = ['p', 'q'].map((body) => call('POST', '/identity/v3/auth/tokens', { body }));
    expect(scriptOf(logins, { password: 'p' }).map(({ body }) => body)).toEqual(['{password}']);
  });
});
