/** LocalStack cannot run where these tests run, so they read its configuration instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rangesOf } from '../../adapters/delivery/public-addresses.ts';
import { dockerHost } from '../../scripts/stack/deploy.ts';
import { root } from '../../scripts/stack/state.ts';

const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** A variable of the container, with the default port. */
const variable = (name: string): string => {
  const [, value = ''] = new RegExp(`^ +${name}: '?([^'\n#]+?)'? *$`, 'm').exec(compose) ?? [];
  return value.replaceAll(/\$\{LOCALSTACK_PORT:-(\d+)\}/g, '$1');
};

test('its gateway listens, in the container, on the port that URLs of queues name', () => {
  const [, port = ''] = variable('LOCALSTACK_HOST').split(':');
  expect(port).toMatch(/^\d+$/);
  expect(variable('GATEWAY_LISTEN').split(',')).toEqual(['0.0.0.0:4566', `0.0.0.0:${port}`]);
  expect(compose).toContain(`127.0.0.1:\${LOCALSTACK_PORT:-${port}}:4566`);
});

test('its pollers poll at least once a second', () => {
  for (const name of ['POLL_INTERVAL_SEC', 'MAX_BACKOFF_ON_EMPTY_POLL_SEC']) {
    expect(Number(variable(`LAMBDA_EVENT_SOURCE_MAPPING_${name}`))).toBe(0.1);
  }
});

test('its containers know the machine by a name, at an address that webhooks may reach', () => {
  expect(variable('LAMBDA_DOCKER_FLAGS')).toBe('--add-host=host.docker.internal:host-gateway');
  expect(compose).toContain("'host.docker.internal:host-gateway'");
  const ranges = rangesOf(dockerHost.split(','));
  for (const address of ['172.17.0.1', '172.18.0.1', '192.168.65.254']) {
    expect(ranges.check(address)).toBe(true);
  }
});
