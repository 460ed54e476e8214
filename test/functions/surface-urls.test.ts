/**
 * How clients find the version of a service: gophercloud (since 2.8) cuts a URL's path at the first
 * `v` that a digit or dot follows, and tempest replaces the first `/vN`. On every target, the part
 * of the URL before the service's own version must contain nothing like it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gatewayPlaceOf } from '../../adapters/http/gateway-path.ts';
import type { PublicRoute } from '../../adapters/http/public-route.ts';
import { openRoutes } from '../../functions/alarming/version.ts';
import { computeVersionRoutes as compute } from '../../functions/compute/versions.ts';
import { doctorVersionRoutes as doctor } from '../../functions/doctor/versions.ts';
import { catalog } from '../../functions/identity/documents.ts';
import { discovery } from '../../functions/identity/handler.ts';
import { haVersionRoutes as instanceHa } from '../../functions/monitors/masakari/versions.ts';
import { networkVersionRoutes as network } from '../../functions/network/versions.ts';
import { stageUrl } from '../../scripts/stack/deploy.ts';

const recorded = (name: string): string => {
  const file = join(import.meta.dirname, '../../events/api-gateway', `force-down.${name}.json`);
  return gatewayPlaceOf(JSON.parse(readFileSync(file, 'utf8')), '').root;
};

/** The URL of the API's root on each target. */
const targets = [
  ['AWS', recorded('aws')],
  ['a custom domain with a base path', recorded('base-path')],
  ['MiniStack', stageUrl('http://localhost:4566')],
  ['LocalStack', stageUrl('http://localhost:4567')],
  ['LocalStack by name', stageUrl('http://localhost.localstack.cloud:4567')],
] as const;

const surfaces: Record<string, readonly PublicRoute[]> = {
  identity: discovery,
  compute,
  network,
  alarming: openRoutes,
  doctor,
  'instance-ha': instanceHa,
};

/** Every URL under a root that the version documents hold. */
async function linked(root: string): Promise<string[]> {
  const answers = Object.entries(surfaces).flatMap(([name, routes]) =>
    routes
      .filter(({ method }) => method === 'GET')
      .map(async ({ run }) =>
        run({
          ...{
            method: 'GET',
            path: '',
            params: {},
            query: {},
            headers: {},
            text: undefined,
            address: '',
          },
          ...{ request_id: 'req-1', root, base: `${root}/${name}`, dialect: 'doctor' },
        }),
      ),
  );
  const found = JSON.stringify(await Promise.all(answers)).match(/https?:[^"]+/g) ?? [];
  return found.filter((url) => url.startsWith(root));
}

const own: Record<string, string> = {
  ...{ identity: 'v3', compute: 'v2.1', network: 'v2.0', alarming: 'v2', doctor: 'v1' },
  'instance-ha': 'v1',
};

describe.each(targets)('on %s', (_, root) => {
  test('nothing like a version comes before the own one of a service', async () => {
    const urls = [
      ...catalog(root, 'RegionOne').flatMap(({ endpoints }) => endpoints.map(({ url }) => url)),
      ...(await linked(root)),
    ];
    expect(urls.length).toBeGreaterThan(20);
    for (const url of urls) {
      const { pathname } = new URL(url);
      const [, surface = '', version] = url.slice(root.length).split('/');
      const before = pathname.split(/v[0-9.]/)[0];
      const start = `${new URL(root).pathname}/${surface}`;
      expect({ url, before }).toEqual({ url, before: version ? `${start}/` : start });
      expect([own[surface], undefined, '']).toContain(version);
    }
  });
});
