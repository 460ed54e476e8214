import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type VmState, vmStates } from '../../domain/servers/instance.ts';
import { applyFault } from '../../flows/apply-fault.ts';
import { readServers } from '../../flows/read-servers.ts';
import { registerHost } from '../../flows/register-host.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { updateService } from '../../flows/update-service.ts';
import {
  downHost,
  factsOf,
  hostFactsOf,
  hostWith,
  id,
  instanceWith,
  minute,
} from '../domain/rows.ts';
import { traitOf, worldOf } from './world.ts';

test('a reader sees an owed fault before it is applied', async () => {
  const { deps } = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  const [seen] = await readServers(deps, [id(10), id(10), id(404)]);
  expect(seen?.instance).toMatchObject({ vm_state: 'stopped', power_state: 4 });
});

test('a fault recorded between the two reads is seen: instances are read before hosts', async () => {
  const { deps, hosts } = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  const instances: typeof deps.instances = async (uuids) => {
    const rows = await deps.instances(uuids);
    hosts.set('compute-1', downHost());
    return rows;
  };
  const [seen] = await readServers({ ...deps, instances }, [id(10)]);
  expect(seen?.instance.vm_state).toBe('stopped');
});

test('deleted instances are left out; one without a host is shown', async () => {
  const { deps } = worldOf({
    instances: [instanceWith({ deleted: true }), instanceWith({ uuid: id(11), host: null })],
  });
  const seen = await readServers(deps, [id(10), id(11)]);
  expect(seen).toEqual([{ instance: instanceWith({ uuid: id(11), host: null }), host: undefined }]);
});

type Step =
  | { readonly does: 'report' | 'up' | 'finish' | 'register host'; readonly host: string }
  | {
      readonly does: 'register';
      readonly vm: number;
      readonly host: string;
      readonly state: VmState;
    }
  | { readonly does: 'delete' | 'hide' | 'show'; readonly vm: number };

const host = fc.constantFrom('compute-1', 'compute-2');
const vm = fc.constantFrom(10, 11);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('report', 'up', 'finish', 'register host'), host }),
  fc.record({
    ...{ does: fc.constant('register'), vm, host },
    state: fc.constantFrom('active', 'active', ...vmStates),
  }),
  fc.record({ does: fc.constantFrom('delete', 'hide', 'show'), vm }),
);

/** Runs the steps one after the other, a minute apart. Refusals are ignored. */
async function play(steps: readonly Step[], check: (world: ReturnType<typeof worldOf>) => unknown) {
  const world = worldOf({ hosts: [hostWith(), hostWith({ host: 'compute-2' })] });
  const { deps, state } = world;
  for (const [n, given] of steps.entries()) {
    const actor = { user_id: 'u', request_id: `req-${n}`, at: minute(10 + n) };
    const when = { reported_at: actor.at, actor };
    const reporter = { user_id: 'u', user_name: 'u', project_id: 'ops' };
    const update = (forced_down: boolean, name: string) =>
      updateService(deps, { host: name, update: { forced_down } }, { actor, reporter });
    const failed = world.hosts.get('host' in given ? given.host : '');
    const uuid = id('vm' in given ? given.vm : 0);
    if (given.does === 'report') await update(true, given.host);
    if (given.does === 'up') await update(false, given.host);
    if (given.does === 'finish' && failed) await applyFault(deps, failed);
    if (given.does === 'register host') {
      await registerHost(deps, given.host, { facts: hostFactsOf(hostWith({ vcpus: n })), ...when });
    }
    if (given.does === 'register') {
      const facts = factsOf(instanceWith({ host: given.host, vm_state: given.state }));
      await registerInstance(deps, uuid, { ...when, factsOver: () => facts });
    }
    if (given.does === 'delete') await deleteInstance(deps, uuid, when).catch(() => undefined);
    if (given.does === 'hide') state.hidden.add(uuid);
    if (given.does === 'show') state.hidden.delete(uuid);
    await check(world);
  }
  return world;
}

test('no reader sees `active` on a host that is down, in any order of steps', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      await play(steps, async ({ deps }) => {
        const seen = await readServers(deps, [id(10), id(11)]);
        const wrong = seen.filter(
          (each) => each.host?.forced_down && each.instance.vm_state === 'active',
        );
        expect(wrong).toEqual([]);
      });
    }),
    { numRuns: 300 },
  );
});

test('the first writer after a fault sends the event that the instance is stopped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const begin: Step[] = [
        { does: 'register', vm: 10, host: 'compute-1', state: 'active' },
        { does: 'hide', vm: 10 },
        { does: 'report', host: 'compute-1' },
      ];
      const end: Step[] = [
        { does: 'show', vm: 10 },
        { does: 'finish', host: 'compute-1' },
      ];
      const world = await play([...begin, ...steps, ...end], () => undefined);
      const [fault_id] = world.faults.keys();
      const sent = world.sent.filter(
        (event) => event.fault_id === fault_id && traitOf(event, 'instance_id') === id(10),
      );
      expect(sent.map((event) => traitOf(event, 'state'))).toContain('stopped');
      expect(new Set(sent.map(({ message_id }) => message_id)).size).toBe(sent.length);
    }),
    { numRuns: 300 },
  );
});

test('the express lane sends no event twice, and revisions never go back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const newest = new Map<string, number>();
      const world = await play(steps, ({ instances }) => {
        for (const { incarnation, revision } of instances.values()) {
          expect(revision).toBeGreaterThanOrEqual(newest.get(incarnation) ?? 0);
          newest.set(incarnation, revision);
        }
      });
      const ids = world.sent.map(({ message_id }) => message_id);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 200 },
  );
});
