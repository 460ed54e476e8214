/** The data plane of ports in Neutron follows that in Doctor. */
import { expect, test } from 'vitest';
import { id } from '../../domain/rows.ts';
import { cloudWorld } from './world.ts';

const task = { dataPlaneOf: 'h', number: 1, attempts: 0 };
const done = { state: 'done', reason: null };

test('ports of a failed data plane become DOWN and ACTIVE again, and the fault says so', async () => {
  await using world = await cloudWorld();
  await world.plane.report('DOWN');
  await world.handle(task);
  expect([...world.neutron.ports.values()]).toEqual(['DOWN', 'DOWN', 'DOWN']);
  expect(world.outcomes.get(-1)).toMatchObject({ change: 'down', ...done });
  await world.plane.report('ACTIVE', 'h', 2);
  await world.handle({ ...task, number: 2 });
  expect([...world.neutron.ports.values()]).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
  expect(world.outcomes.get(-1)).toMatchObject({ change: 'up', ...done });
});

test('a message that comes again changes nothing, and reads all ports in one request', async () => {
  await using world = await cloudWorld({ ports: 5 });
  await world.plane.report('DOWN');
  await world.handle(task);
  await world.handle(task);
  expect(world.neutron.writes).toHaveLength(5);
  expect(world.requests().filter((each) => each.startsWith('GET'))).toHaveLength(2);
});

test('after a report is cleared, the port is ACTIVE in Neutron, never null', async () => {
  await using world = await cloudWorld({ ports: 1 });
  await world.plane.report('DOWN');
  await world.handle(task);
  await world.plane.report(null, 'h', 2);
  await world.handle({ ...task, number: 2 });
  expect(world.neutron.writes).toEqual([`${id(0)} DOWN`, `${id(0)} ACTIVE`]);
});

test('a port without a report, and a port that was never down, are not written', async () => {
  await using world = await cloudWorld({ ports: 1 });
  await world.handle({ ports: [id(0)], attempts: 0 });
  await world.plane.set(id(0), 'ACTIVE');
  await world.handle({ ports: [id(0)], attempts: 0 });
  expect(world.neutron.writes).toEqual([]);
});

test('one port is applied by itself, also after it moved away from a failed data plane', async () => {
  await using world = await cloudWorld({ ports: 2 });
  await world.plane.set(id(1), 'DOWN');
  await world.handle({ ports: [id(1)], attempts: 0 });
  expect([...world.neutron.ports.values()]).toEqual([null, 'DOWN']);
  await world.plane.bind(id(1), 'other');
  await world.handle({ ports: [id(1)], attempts: 0 });
  expect([...world.neutron.ports.values()]).toEqual([null, 'ACTIVE']);
});

test('a port that Neutron does not have is left out', async () => {
  await using world = await cloudWorld({ ports: 2 });
  world.neutron.ports.delete(id(0));
  await world.plane.report('DOWN');
  await world.handle(task);
  expect(world.neutron.writes).toEqual([`${id(1)} DOWN`]);
  expect(world.outcomes.get(-1)).toMatchObject(done);
});

test('a status that changes while Neutron is written is written again', async () => {
  await using world = await cloudWorld({ ports: 1 });
  await world.plane.report('DOWN');
  const { setDataPlane } = world.parts;
  let first = true;
  const handle = world.handlerWith({
    setDataPlane: async (port, status) => {
      const answer = await setDataPlane(port, status);
      if (first) {
        first = false;
        await world.plane.report('ACTIVE', 'h', 2);
      }
      return answer;
    },
  });
  await handle(task);
  expect(world.neutron.writes).toEqual([`${id(0)} DOWN`, `${id(0)} ACTIVE`]);
});

test.each(['lose', 'lose-answer'] as const)(
  'if Neutron does not answer a request (%s), all ports still end in the right state',
  async (how) => {
    for (let n = 1; n <= 4; n++) {
      await using world = await cloudWorld();
      await world.plane.report('DOWN');
      Object.assign(world.trouble, { from: n, to: n + 1, how });
      await world.handle(task);
      await world.drain();
      expect([...world.neutron.ports.values()]).toEqual(['DOWN', 'DOWN', 'DOWN']);
      expect(world.outcomes.get(-1)).toMatchObject({ change: 'down', ...done });
      expect(world.queue).toEqual([]);
    }
  },
);

test('while Neutron does not answer, the fault is pending with the reason', async () => {
  await using world = await cloudWorld();
  await world.plane.report('DOWN');
  await world.cloud.stop();
  await world.handle(task);
  expect(world.outcomes.get(-1)).toMatchObject({ change: 'down', state: 'pending' });
  await world.cloud.start();
  await world.drain();
  expect(world.neutron.writes).toHaveLength(3);
  expect(world.outcomes.get(-1)).toMatchObject(done);
});

test('a retry ends if a later report has its own message', async () => {
  await using world = await cloudWorld();
  await world.plane.report('DOWN');
  await world.plane.report('ACTIVE', 'h', 2);
  await world.handle({ ...task, attempts: 1 });
  expect(world.requests()).toEqual([]);
});

test('a request that Neutron carries out after a later report is undone', async () => {
  await using world = await cloudWorld({ ports: 1 });
  await world.plane.report('DOWN');
  // The list, and both tries of the write.
  Object.assign(world.trouble, { from: 2, to: 3, how: 'late' });
  await world.handle(task);
  await world.plane.report('ACTIVE', 'h', 2);
  await world.handle({ ...task, number: 2 });
  await world.carryOut();
  expect([...world.neutron.ports.values()]).toEqual(['DOWN']);
  await world.drain();
  expect([...world.neutron.ports.values()]).toEqual(['ACTIVE']);
});

test('a fault of a data plane that a later one has replaced does not stay pending', async () => {
  await using world = await cloudWorld({ ports: 1 });
  await world.plane.report('DOWN');
  await world.plane.report('ACTIVE', 'h', 2);
  await world.plane.report('DOWN', 'h', 3);
  for (const number of [1, 2, 3]) await world.handle({ ...task, number });
  expect(world.outcomes.get(-1)).toMatchObject({ change: 'up', ...done });
  expect(world.outcomes.get(-3)).toMatchObject({ change: 'down', ...done });
});
