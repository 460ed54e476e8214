/**
 * All that Doctor may change in a cloud. `os-stop`, and other actions that Nova would carry out
 * after the host is up again, are not among it. Source: docs/wire/cloud.md#services-of-nova.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cloudCompute } from '../../../adapters/cloud/cloud-compute.ts';
import { CloudError } from '../../../adapters/cloud/cloud-error.ts';
import { cloudInventory } from '../../../adapters/cloud/cloud-inventory.ts';
import { cloudNetwork } from '../../../adapters/cloud/cloud-network.ts';
import type { CloudRequest, makeCloudSession } from '../../../adapters/cloud/session.ts';
import { root } from '../../../scripts/stack/state.ts';
import { id } from '../../domain/rows.ts';

/** The requests so far, without reads. No request is answered. */
const changes: string[] = [];
const session: Pick<ReturnType<typeof makeCloudSession>, 'request'> = {
  request: async <T>({ service, method, path, body }: CloudRequest<T>): Promise<T> => {
    if (method !== 'GET') changes.push(`${method} ${service} ${path} ${JSON.stringify(body)}`);
    throw new CloudError('unreachable', 'not answered');
  },
};
const [compute, network] = [cloudCompute(session), cloudNetwork(session)];
const inventory = cloudInventory(session, () => '2026-01-01T00:00:00.000Z');
const service = { id: 's', forced_down: false };
const page = { marker: null, limit: 10 };

/** A call of each function that sends requests to Nova and Neutron, and the changes that it requests. */
const calls: Readonly<Record<string, readonly [() => Promise<unknown>, ...string[]]>> = {
  cloudService: [() => compute.cloudService('h')],
  cloudServersOn: [() => compute.cloudServersOn('h')],
  cloudServer: [() => compute.cloudServer(id(1))],
  cloudEvacuations: [() => compute.cloudEvacuations(id(1))],
  forceDown: [
    () => compute.forceDown(service, true),
    'PUT compute /os-services/s {"forced_down":true}',
  ],
  resetToError: [
    () => compute.resetToError(id(1)),
    `POST compute /servers/${id(1)}/action {"os-resetState":{"state":"error"}}`,
  ],
  evacuateInCloud: [
    async () => {
      await compute.evacuateInCloud(id(1), null);
      await compute.evacuateInCloud(id(1), 'h');
    },
    `POST compute /servers/${id(1)}/action {"evacuate":{}}`,
    `POST compute /servers/${id(1)}/action {"evacuate":{"host":"h"}}`,
  ],
  cloudPorts: [() => network.cloudPorts([id(1)])],
  setDataPlane: [
    () => network.setDataPlane(id(1), 'DOWN'),
    `PUT network /ports/${id(1)} {"port":{"data_plane_status":"DOWN"}}`,
  ],
  services: [() => inventory.services()],
  hypervisors: [() => inventory.hypervisors()],
  serverPage: [() => inventory.serverPage(page)],
  portPage: [() => inventory.portPage(page)],
  hasServer: [() => inventory.hasServer(id(1))],
  hasPort: [() => inventory.hasPort(id(1))],
  macsOfServer: [() => inventory.macsOfServer(id(1))],
};

test.each(Object.entries(calls))('%s changes this much in the cloud', async (_, [run, ...made]) => {
  changes.length = 0;
  await run().catch(() => {});
  expect(changes).toEqual(made);
});

test('these are all functions that send requests to Nova and Neutron', () => {
  const functions = Object.keys({ ...compute, ...network, ...inventory });
  expect(functions.sort()).toEqual(Object.keys(calls).sort());
  const senders = readdirSync(`${root}/adapters`, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      /\bCloudSession\b/.test(readFileSync(`${root}/adapters/${file}`, 'utf8')),
  );
  expect(senders.sort()).toEqual([
    ...['cloud/cloud-compute.ts', 'cloud/cloud-inventory.ts', 'cloud/cloud-network.ts'],
    ...['cloud/connect-cloud.ts', 'cloud/session.ts'],
  ]);
});
