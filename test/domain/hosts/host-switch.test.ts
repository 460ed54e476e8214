/** The switches that a change of a host's row adds to the host's history. */
import { expect, test } from 'vitest';
import type { Host } from '../../../domain/hosts/host.ts';
import { switchOf } from '../../../domain/hosts/host-switch.ts';
import { downHost, hostWith, minute } from '../rows.ts';

const by = {
  user_id: 'operator',
  request_id: 'req-1',
  at: minute(5),
  event_type: 'service.update',
};
const after = (given: Partial<Host>) => hostWith({ revision: 2, last_change: by, ...given });
const up = hostWith();

test.each<[Host, Host, string[]]>([
  [up, after({ maintenance: true }), ['maintenance_started']],
  [after({ maintenance: true }), after({}), ['maintenance_ended']],
  [up, after({ status: 'disabled' }), ['disabled']],
  [after({ status: 'disabled', maintenance: true }), after({}), ['maintenance_ended', 'enabled']],
  [up, after({ forced_down: true, instances_left: true }), ['down']],
  [downHost(), after({}), ['up']],
])('%#: names what was switched', (before, then, kinds) => {
  expect(switchOf(before, then)).toEqual({
    ...{ host: 'compute-1', revision: 2, kinds },
    ...{ at: minute(5), user_id: 'operator', request_id: 'req-1' },
  });
});

test.each([
  ['the start of a fault, which has a row of its own', up, downHost()],
  ['a registration', undefined, after({ status: 'disabled' })],
  ['a registration after a deletion', after({ deleted: true, forced_down: true }), after({})],
  ['a deletion', downHost(), after({ deleted: true })],
  ['a change of a fact', up, after({ vcpus: 7 })],
])('nothing is switched by %s', (_, before, then) => {
  expect(switchOf(before, then)).toBeUndefined();
});
