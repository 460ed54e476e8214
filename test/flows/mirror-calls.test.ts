/** Every request of the mirror to the cloud fails, is lost, or is carried out without an answer. */
import { beforeAll, describe, expect, test } from 'vitest';
import { noteReturnedHost } from '../../flows/read-returned-hosts.ts';
import { type CallTrouble, callOf, callTroubles } from '../cloud/calls.ts';
import { portId, serverId } from '../cloud/listings.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

/**
 * A job of the mirror: the cloud at its start, its turns, and the requests that it makes, in any
 * order.
 */
type Work = {
  readonly name: string;
  readonly prepare: (mirror: MirrorWorld) => Promise<void>;
  /** Takes one turn. False if it must be repeated after its pause. */
  readonly turn: (mirror: MirrorWorld) => Promise<boolean>;
  readonly calls: readonly string[];
};

const login = 'POST /identity/v3/auth/tokens';
const services = 'GET /compute/v2.1/os-services';
const servers = 'GET /compute/v2.1/servers/detail';

const works: readonly Work[] = [
  {
    name: 'a walk that finds, misses and deletes',
    prepare: async (mirror) => {
      mirror.lists.fill(4, 1);
      await mirror.run('walk');
      mirror.lists.fill(5, 1);
      mirror.lists.servers.delete(serverId(2));
      mirror.lists.ports.delete(portId(2));
      mirror.pass(61);
    },
    turn: async (mirror) => (await mirror.run('walk')) === 'done',
    calls: [
      ...[services, 'GET /compute/v2.1/os-hypervisors/detail', servers],
      ...[
        'GET /compute/v2.1/servers/{id}',
        'GET /network/v2.0/ports',
        'GET /network/v2.0/ports/{id}',
      ],
    ],
  },
  {
    name: 'a walk from which Neutron hides a port',
    prepare: async (mirror) => {
      mirror.lists.fill(2, 2);
      await mirror.run('walk');
      for (const n of [1, 3]) mirror.lists.ports.delete(portId(n));
      mirror.pass(61);
      // Port 3 is unplugged after the walk has read its server, so its row is older.
      const { portPage } = mirror.deps.cloud;
      const unplugged: typeof portPage = async (from) => {
        mirror.lists.showPorts(serverId(2), [4]);
        return portPage(from);
      };
      Object.assign(mirror.deps.cloud, { portPage: unplugged });
    },
    turn: async (mirror) => (await mirror.run('walk')) === 'done',
    calls: [
      ...[services, 'GET /compute/v2.1/os-hypervisors/detail', servers],
      ...['GET /compute/v2.1/servers/{id}', 'GET /network/v2.0/ports'],
      'GET /network/v2.0/ports/{id}',
    ],
  },
  {
    name: 'changed and deleted servers',
    prepare: async (mirror) => {
      mirror.lists.fill(2);
      await mirror.run('walk');
      const updated = new Date(mirror.clock.at).toISOString();
      mirror.lists.deleteServer(serverId(1), updated);
      Object.assign(mirror.lists.servers.get(serverId(2)) ?? {}, {
        ...{ 'OS-EXT-STS:vm_state': 'paused', status: 'PAUSED', updated },
      });
    },
    turn: async (mirror) => (await mirror.run('changes')) === 'done',
    calls: [servers],
  },
  {
    name: 'a service that somebody else forced down',
    prepare: async (mirror) => {
      mirror.lists.fill(2);
      await mirror.run('walk');
      Object.assign(mirror.lists.services[0] ?? {}, { forced_down: true });
    },
    turn: async (mirror) => (await mirror.run('services')) === 'done',
    calls: [services],
  },
  {
    name: 'a host that is up again',
    prepare: async (mirror) => {
      mirror.lists.fill(2);
      await mirror.run('walk');
      Object.assign(mirror.lists.servers.get(serverId(1)) ?? {}, {
        ...{ 'OS-EXT-STS:vm_state': 'paused', status: 'PAUSED' },
      });
      await noteReturnedHost(mirror.deps, 'compute-2');
    },
    turn: async (mirror) => (await mirror.run('returned')) === 'done',
    calls: [servers],
  },
];

/**
 * Doctor's rows after the work, without times, and without the counts of a page that was read
 * twice.
 */
const endOf = ({ world, ports }: MirrorWorld) => ({
  hosts: [...world.hosts.values()].map(({ host, forced_down, revision, deleted }) => ({
    ...{ host, forced_down, revision, deleted },
  })),
  instances: [...world.instances.values()]
    .map(({ uuid, host, vm_state, revision, deleted }) => ({
      ...{ uuid, host, vm_state, revision, deleted },
    }))
    .toSorted((a, b) => a.uuid.localeCompare(b.uuid)),
  ports: [...ports.values()]
    .map(({ id, 'binding:host_id': host, revision, mirrored_revision, deleted }) => ({
      ...{ id, host, revision, mirrored_revision, deleted },
    }))
    .toSorted((a, b) => a.id.localeCompare(b.id)),
  sent: world.sent.map(({ event_type }) => event_type).sort(),
});

/** Does the work until it is done: a turn that failed is taken again after its pause. */
async function ended({ prepare, turn }: Work, trouble?: CallTrouble & { call: string }) {
  const mirror = await mirrorWorld(['compute-1', 'compute-2']);
  try {
    await prepare(mirror);
    const before = mirror.cloud.requests.length;
    if (trouble) mirror.cloud.disturb(trouble.disturbance(trouble.call));
    let turns = 1;
    while (!(await turn(mirror))) {
      turns += 1;
      if (turns > 5) throw new Error('the work does not end');
      mirror.pass(1);
    }
    const calls = mirror.cloud.requests.slice(before).map(callOf);
    return { end: endOf(mirror), turns, calls: [...new Set(calls)].sort() };
  } finally {
    await mirror.cloud.stop();
  }
}

describe.each(works)('$name', (work) => {
  let whole: Awaited<ReturnType<typeof ended>>;
  beforeAll(async () => {
    whole = await ended(work);
  });

  test('makes these requests', () => {
    const { calls, turns } = whole;
    expect({ calls: calls.filter((call) => call !== login), turns }).toEqual({
      ...{ calls: [...work.calls].sort(), turns: 1 },
    });
  });

  test.each(work.calls.flatMap((call) => callTroubles.map((trouble) => ({ call, ...trouble }))))(
    'ends the same, a turn later, when $call $how',
    async (trouble) => {
      const disturbed = await ended(work, trouble);
      expect(disturbed.end).toEqual(whole.end);
      expect(disturbed.turns).toBe(2);
    },
  );
});
