import { describe, expect, test } from 'vitest';
import { lostBy, type Template } from '../../scripts/stack/replaced.ts';
import { run } from './spawned.ts';

test.each(['start', 'demo', 'up', 'down'])(
  '%s prints its usage, and starts nothing',
  async (name) => {
    const help = run(['node', `scripts/${name}.ts`, '--help'], {});
    expect(await help.ended).toBe(0);
    expect(help.output()).toMatch(new RegExp(`^npm (run )?${name}`));
  },
);

test.each([
  { name: 'down', args: ['--dicard'] },
  { name: 'up', args: ['--discard'] },
  { name: 'up', args: ['now'] },
] as const)('$name $args is not understood: nothing is done', async ({ name, args }) => {
  const unclear = run(['node', `scripts/${name}.ts`, ...args], {});
  expect(await unclear.ended).toBe(2);
  expect(unclear.output()).toContain(`npm run ${name}`);
});

test('test:openstack without a cloud says which variables name one, and starts nothing', async () => {
  const unnamed = run(['node', 'scripts/openstack.ts'], { OPENSTACK_BOX: '', OS_CLOUD: '' });
  expect(await unnamed.ended).toBe(2);
  for (const name of ['OPENSTACK_BOX', 'OS_CLOUD']) expect(unnamed.output()).toContain(name);
});

describe('what a deployment would delete of the data', () => {
  const table = (key: string, more = {}) => ({
    Type: 'AWS::DynamoDB::Table',
    Properties: { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }], ...more },
  });
  const of = (Resources: Template['Resources']): Template => ({ Resources });
  const secret = { Type: 'AWS::SecretsManager::Secret' };

  test.each([
    { what: 'the same', before: of({ A: table('id') }), after: of({ A: table('id') }), lost: [] },
    {
      what: 'another index',
      before: of({ A: table('id') }),
      after: of({ A: table('id', { GlobalSecondaryIndexes: [] }) }),
      lost: [],
    },
    {
      what: 'another key',
      before: of({ A: table('id') }),
      after: of({ A: table('name') }),
      lost: ['the rows of table A'],
    },
    {
      what: 'another logical id',
      before: of({ A: secret }),
      after: of({ B: secret }),
      lost: ['the secret A'],
    },
    {
      what: 'a function that is gone',
      before: of({ F: { Type: 'AWS::Lambda::Function' } }),
      after: of({}),
      lost: [],
    },
  ])('$what', ({ before, after, lost }) => {
    expect(lostBy(before, after)).toEqual(lost);
  });
});
