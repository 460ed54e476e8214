/**
 * Operators see how many messages wait in every queue of the stack, also in a queue that is added
 * later.
 */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import {
  deadLetterQueues,
  shownQueues,
  withoutReturn,
  workQueues,
} from '../../domain/delivery/queue-names.ts';
import { DoctorStack } from '../../infra/service.ts';
import type { ServiceSettings } from '../../infra/settings.ts';
import { policies } from './template.ts';

const templateWith = (settings: Partial<ServiceSettings>) => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
};

/**
 * The names and queues in a variable such as `{"Fn::Join": ["", ["events=", {"Ref": "A"}, ",bulk=",
 * {"Fn::GetAtt": ["B", …]}]]}`.
 */
function pairsIn(variable: unknown): { readonly names: string[]; readonly queues: string[] } {
  const text = JSON.stringify(variable);
  return {
    names: [...text.matchAll(/"(?:,)?([a-z-]+)="/g)].flatMap(([, name]) => name ?? []),
    queues: [...text.matchAll(/\{"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].flatMap(([, id]) => id ?? []),
  };
}

describe.each([
  { name: 'without further settings', settings: {}, more: [] },
  {
    name: 'with a cloud and its events as inventory',
    settings: { cloud: 'openstack', inventoryFromEvents: true },
    more: ['inventory', 'cloud', 'moves', 'mirror'],
  },
])('$name', ({ settings, more }) => {
  const template = templateWith(settings);
  const [variables] = Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment.Variables)
    .filter((each) => 'WORK_QUEUES' in each);
  const work = pairsIn(variables.WORK_QUEUES);
  const dead = pairsIn(variables.DEAD_LETTER_QUEUES);
  const there = Object.fromEntries(more.map((each) => [each, true]));

  test('every queue is watched, each once', () => {
    const all = Object.keys(template.findResources('AWS::SQS::Queue'));
    expect([...work.queues, ...dead.queues].sort()).toEqual(all.sort());
  });

  test('they have the names that operators see', () => {
    expect(work.names.toSorted()).toEqual(shownQueues(workQueues, there).sort());
    expect(dead.names.toSorted()).toEqual(shownQueues(deadLetterQueues, there).sort());
  });

  test('dead letters may be sent back to the queues that accept them, and to no other', () => {
    const closed: ReadonlySet<string> = new Set(withoutReturn);
    const open = work.queues.filter((_, n) => !closed.has(work.names[n] ?? ''));
    const sends = (policies(template).get('Operations') ?? []).filter(({ action }) =>
      action.includes('sqs:SendMessage'),
    );
    const targets = pairsIn(sends.flatMap(({ resource }) => resource)).queues;
    expect(targets.sort()).toEqual(open.toSorted());
  });
});
