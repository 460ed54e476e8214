/** Failures of servers: masakari-monitors report each one, and never that a server has recovered. */
import { expect, test } from 'vitest';
import { id } from '../../../domain/rows.ts';
import { monitorsWorld } from '../monitors-world.ts';

const failure = {
  notification: {
    ...{ type: 'VM', hostname: 'compute-1', generated_time: '2026-11-20T08:16:00.000000' },
    payload: {
      ...{ event: 'LIFECYCLE', vir_domain_event: 'STOPPED_FAILED' },
      instance_uuid: id(10),
    },
  },
};

/** A server, its state, and reports of its failure. */
function failingServer() {
  const world = monitorsWorld();
  const server = () => world.instances.get(id(10));
  return {
    ...world,
    state: () => server()?.vm_state,
    fails: async () =>
      (
        await world.send('POST', '/instance-ha/v1/notifications', failure, {
          'X-Auth-Token': 'service',
        })
      ).status,
    recovers: () => {
      const row = server();
      if (row)
        world.instances.set(id(10), { ...row, vm_state: 'active', revision: row.revision + 1 });
    },
  };
}

test('a server that is in error already: the same failure by another monitor is a duplicate', async () => {
  const { fails, state, sent } = failingServer();
  expect(await fails()).toBe(202);
  const { length } = sent;
  expect(await fails()).toBe(409);
  expect(state()).toBe('error');
  expect(sent).toHaveLength(length);
});

test('a server that failed, was brought back and fails again is in error again, and its owner is notified', async () => {
  const { fails, recovers, state, sent, shown } = failingServer();
  await fails();
  recovers();
  const { length } = sent;
  expect(await fails()).toBe(202);
  expect(state()).toBe('error');
  expect(sent).toHaveLength(length + 1);
  expect(shown()).toEqual([`masakari ${id(10)} server_error raised`]);
});

test('a state that a source repeats is no new failure: what an administrator reset stays', async () => {
  const { send, recovers, state } = failingServer();
  const alert = [
    {
      labels: { alertname: 'ServerError', server_id: id(10), doctor_type: 'server_error' },
      annotations: {},
    },
  ];
  await send('POST', '/doctor/v1/prometheus/api/v2/alerts', alert);
  expect(state()).toBe('error');
  recovers();
  await send('POST', '/doctor/v1/prometheus/api/v2/alerts', alert);
  expect(state()).toBe('active');
});
