/** A report that is written together with the instances of its host. */
import { expect, test } from 'vitest';
import { updateService } from '../../flows/update-service.ts';
import { mostInReport } from '../../flows/write-report.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { traitOf, type World, worldOf } from './world.ts';

const by = {
  actor: { user_id: 'monitor', request_id: 'req-report', at: minute(10) },
  reporter: { user_id: 'monitor', user_name: 'doctor', project_id: 'ops' },
};
const vms = (count: number) =>
  Array.from({ length: count }, (_, n) => instanceWith({ uuid: id(n + 100) }));
const worldWith = (count: number) => worldOf({ hosts: [hostWith()], instances: vms(count) });
const report = (deps: World['deps'], host = 'compute-1') =>
  updateService(deps, { host, update: { forced_down: true } }, by);
const states = ({ instances }: World) =>
  new Set([...instances.values()].map(({ vm_state }) => vm_state));

test('the host and the indexes are read at once, and no row by itself', async () => {
  const world = worldWith(2);
  const log: string[] = [];
  const { promise: answers, resolve } = Promise.withResolvers<void>();
  const { deps } = world;
  const slow = async function* <T>(name: string, pages: AsyncIterable<T>) {
    log.push(name);
    await answers;
    yield* pages;
  };
  const done = report({
    ...deps,
    host: async (name) => {
      log.push('host');
      await answers;
      return deps.host(name);
    },
    instances: async () => expect.unreachable(),
    copiesOn: (host) => slow('on it', deps.copiesOn(host)),
    instancesTo: (host) => slow('to it', deps.instancesTo(host)),
  });
  await new Promise(setImmediate);
  expect(log.toSorted()).toEqual(['host', 'on it', 'to it']);
  resolve();
  expect(await done).toMatchObject({ affected: 2 });
});

test('few instances are one write and one send; the event of the host is sent first', async () => {
  const world = worldWith(mostInReport);
  const sends: number[] = [];
  const sendBeside: World['deps']['sendBeside'] = async (events, proof) => {
    sends.push(events.length);
    await world.deps.sendBeside(events, proof);
  };
  expect(await report({ ...world.deps, sendBeside })).toMatchObject({ affected: mostInReport });
  expect(world.writes).toHaveLength(1);
  expect(sends).toEqual([mostInReport + 1]);
  expect(world.sent[0]?.event_type).toBe('service.update');
  expect(states(world)).toEqual(new Set(['stopped']));
});

test('events are sent before the transaction is written, with a proof that it writes', async () => {
  const world = worldWith(2);
  const log: unknown[] = [];
  const { deps } = world;
  await report({
    ...deps,
    sendBeside: async (events, proof) => {
      log.push(['sent', proof]);
      await deps.sendBeside(events, proof);
    },
    saveWhole: async (from, to, changes, also) => {
      log.push(['saved', also?.write_id]);
      return deps.saveWhole(from, to, changes, also);
    },
  });
  const write_id = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(log).toEqual([
    ['sent', { host: 'compute-1', number: 1, write_id }],
    ['saved', write_id],
  ]);
  expect(world.sent).toHaveLength(3);
});

test('events of a transaction that another writer refused do not count, and are sent again with the truth', async () => {
  const world = worldWith(2);
  const beside: unknown[] = [];
  const sendBeside: World['deps']['sendBeside'] = async (events, proof) => {
    beside.push(...events);
    await world.deps.sendBeside(events, proof);
  };
  world.state.meanwhile = () => {
    world.instances.set(id(100), instanceWith({ uuid: id(100), vm_state: 'paused', revision: 2 }));
  };
  await report({ ...world.deps, sendBeside });
  expect(beside).toHaveLength(3);
  expect(world.sent.map(({ stamp }) => [stamp?.resource, stamp?.revision])).toEqual([
    ['compute-1', 2],
    [id(100), 3],
    [id(101), 2],
  ]);
});

test('events that cannot be sent at once do not change the report, and are left to the safe lane', async () => {
  const world = worldWith(2);
  const sendBeside = async () => {
    throw new Error('the queue is out');
  };
  expect(await report({ ...world.deps, sendBeside })).toMatchObject({ affected: 2 });
  expect(world.interruptions).toEqual(['express lane']);
  expect(world.sent).toEqual([]);
  expect(states(world)).toEqual(new Set(['stopped']));
});

test('a report that opens no fault sends its events after it is written', async () => {
  const down = downHost();
  const world = worldOf({ hosts: [down], instances: [instanceWith({ uuid: id(100) })] });
  const sendBeside = async () => expect.unreachable();
  const update = { forced_down: true, status: 'disabled' } as const;
  await updateService({ ...world.deps, sendBeside }, { host: 'compute-1', update }, by);
  expect(world.writes).toEqual([`report compute-1 with ${id(100)}`]);
  expect(world.sent).toHaveLength(2);
});

test('of more instances the first are written with the report, and the others after it; all are looked up once', async () => {
  const world = worldWith(mostInReport + 30);
  let lookups = 0;
  const copiesOn: World['deps']['copiesOn'] = (host) => {
    lookups += 1;
    return world.deps.copiesOn(host);
  };
  const instances = async () => expect.unreachable();
  expect(await report({ ...world.deps, copiesOn, instances })).toMatchObject({
    affected: mostInReport + 30,
  });
  const [first, ...others] = world.writes;
  expect(first?.split(' ')).toHaveLength(3 + mostInReport);
  expect(others).toHaveLength(30);
  expect(lookups).toBe(1);
  expect(states(world)).toEqual(new Set(['stopped']));
  // The first events are sent beside the transaction; each is sent once.
  expect(world.sent).toHaveLength(1 + mostInReport + 30);
  expect(new Set(world.sent.map(({ message_id }) => message_id)).size).toBe(world.sent.length);
});

test('if the first cannot be written with the report, all are written after it', async () => {
  const world = worldWith(mostInReport + 1);
  const saveWhole = async () => false;
  expect(await report({ ...world.deps, saveWhole })).toMatchObject({ affected: mostInReport + 1 });
  expect(world.writes[0]).toBe('report compute-1');
  expect(world.sent).toHaveLength(mostInReport + 2);
  expect(states(world)).toEqual(new Set(['stopped']));
});

test('an instance of which the index shows an older row is read again, and only that one', async () => {
  const world = worldWith(3);
  world.state.behind.set(id(100), instanceWith({ uuid: id(100) }));
  world.instances.set(id(100), instanceWith({ uuid: id(100), vm_state: 'paused', revision: 2 }));
  const read: string[] = [];
  const instances: World['deps']['instances'] = async (uuids) => {
    read.push(...uuids);
    return world.deps.instances(uuids);
  };
  expect(await report({ ...world.deps, instances })).toMatchObject({ affected: 3 });
  expect(world.instances.get(id(100))).toMatchObject({
    vm_state: 'stopped',
    revision: 3,
    pre_fault: { vm_state: 'paused' },
  });
  expect(world.sent).toHaveLength(4);
  expect(read).toContain(id(100));
});

test('an instance that is only noted is written, and sends no event', async () => {
  const given = [instanceWith({ uuid: id(100), vm_state: 'shelved' }), ...vms(2).slice(1)];
  const world = worldOf({ hosts: [hostWith()], instances: given });
  expect(await report(world.deps)).toMatchObject({ affected: 1 });
  expect(world.instances.get(id(100))).toMatchObject({ vm_state: 'shelved', fault_number: 1 });
  expect(world.sent.map((event) => traitOf(event, 'resource_id'))).toEqual(['compute-1', id(101)]);
});

test('an instance that another writer changes does not stop the report, and is read again', async () => {
  const world = worldWith(2);
  world.state.meanwhile = () => {
    world.instances.set(id(100), instanceWith({ uuid: id(100), vm_state: 'paused', revision: 2 }));
  };
  expect(await report(world.deps)).toMatchObject({ affected: 2 });
  expect(world.writes[0]).toBe('report compute-1');
  expect(world.instances.get(id(100))).toMatchObject({
    vm_state: 'stopped',
    revision: 3,
    pre_fault: { vm_state: 'paused' },
  });
  expect(world.sent).toHaveLength(3);
});

test('a host that another monitor reports meanwhile gets one fault, and one event an instance', async () => {
  const world = worldWith(2);
  world.state.meanwhile = () => {
    world.hosts.set('compute-1', downHost());
  };
  expect(await report(world.deps)).toMatchObject({ affected: 2, host: { fault_number: 1 } });
  expect(world.faults.size).toBe(0);
  expect(world.sent).toHaveLength(2);
});

test.each(['instances', 'saveWhole'] as const)(
  'a failure of `%s` leaves the report to be written alone',
  async (name) => {
    const world = worldWith(2);
    let failures = 1;
    const failing = async (...args: Parameters<(typeof world.deps)['saveWhole']>) => {
      if (failures-- > 0) throw new Error('too large');
      return world.deps.saveWhole(...args);
    };
    const unread: World['deps']['instances'] = async (uuids) => {
      if (failures-- > 0) throw new Error('too busy');
      return world.deps.instances(uuids);
    };
    // One that is on its way to the host is read by its uuid.
    world.state.hidden.add(id(101));
    const instancesTo = async function* () {
      yield [id(101)];
    };
    const broken = name === 'saveWhole' ? { saveWhole: failing } : { instances: unread };
    const other = { ...broken, instancesTo };
    expect(await report({ ...world.deps, ...other })).toMatchObject({ affected: 2 });
    expect(world.interruptions).toEqual(['report with its instances']);
    expect(states(world)).toEqual(new Set(['stopped']));
    expect(world.sent).toHaveLength(3);
  },
);

test('another spelling of the name finds the same instances', async () => {
  const world = worldWith(2);
  expect(await report(world.deps, 'COMPUTE-1')).toMatchObject({ affected: 2 });
  expect(world.writes).toHaveLength(1);
});

test('an update that is no report looks up no instances', async () => {
  const world = worldWith(2);
  const copiesOn = () => {
    throw new Error('not needed');
  };
  const update = { status: 'disabled' } as const;
  const done = updateService({ ...world.deps, copiesOn }, { host: 'compute-1', update }, by);
  expect(await done).toMatchObject({ affected: 0 });
});
