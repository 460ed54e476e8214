import { expect, test } from 'vitest';
import { HostFacts } from '../../domain/hosts/host.ts';
import { InstanceFacts } from '../../domain/servers/instance.ts';
import { text } from '../../domain/text.ts';
import { readAlarm } from '../../functions/alarming/alarm-input.ts';

test.each([
  ['web', true],
  ['😀', true],
  ['\ud800', false],
  ['a\udc00b', false],
  ['12345', false],
])('a text of four characters at most may be %j: %s', (given, accepted) => {
  expect(text(4).safeParse(given).success).toBe(accepted);
});

test('a registration with half of a surrogate pair is refused', () => {
  const { zone, hypervisor_type, host_ip } = HostFacts.shape;
  const { name, project_id, user_id, task_state, image_id, metadata } = InstanceFacts.shape;
  const fields = [zone, hypervisor_type, host_ip, name, project_id, user_id, task_state, image_id];
  for (const field of fields) expect(field.safeParse('\ud800').success).toBe(false);
  expect(metadata.safeParse({ '\ud800': '' }).success).toBe(false);
  expect(metadata.safeParse({ '': 'no name' }).success).toBe(false);
});

test('a project id must fit an attribute of a message', () => {
  for (const project_id of ['\u0000', 'a\u009f', '\uffff']) {
    expect(InstanceFacts.shape.project_id.safeParse(project_id).success).toBe(false);
    const alarm = { name: 'n', type: 'event', event_rule: {}, project_id };
    expect(() => readAlarm(alarm)).toThrow(/project_id.*control characters/);
  }
  expect(InstanceFacts.shape.project_id.safeParse('Projekt 1 – ü').success).toBe(true);
});
