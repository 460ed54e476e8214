import { expect, test } from 'vitest';
import {
  type Caller,
  canSee,
  isAdmin,
  projectOf,
  requireRole,
  withImpliedRoles,
} from '../../../domain/identity/access.ts';

const caller = (given: Partial<Caller> = {}): Caller => ({
  user_id: 'u',
  user_name: 'u',
  project_id: 'a',
  roles: ['reader'],
  ...given,
});

test.each([
  [['admin'], ['admin', 'member', 'reader']],
  [['member'], ['member', 'reader']],
  [['reader'], ['reader']],
  [['service'], ['service']],
  [
    ['reader', 'admin'],
    ['reader', 'admin', 'member'],
  ],
  [[], []],
])('the roles %o imply %o', (given, all) => {
  expect(withImpliedRoles(given)).toEqual(all);
});

const { project_id: _, ...unscoped } = caller();

test.each([
  { who: 'its own project', by: caller(), sees: true },
  { who: 'another project', by: caller({ project_id: 'b' }), sees: false },
  { who: 'no project', by: unscoped, sees: false },
  { who: 'an administrator', by: caller({ project_id: 'b', roles: ['admin'] }), sees: true },
  { who: 'a service', by: caller({ project_id: 'b', roles: ['service'] }), sees: false },
])('a resource of a project is seen by $who: $sees', ({ by, sees }) => {
  expect(canSee(by, 'a')).toBe(sees);
});

test('one of the roles is enough, none is 403', () => {
  expect(() => requireRole(caller(), 'admin', 'reader')).not.toThrow();
  expect(() => requireRole(caller(), 'admin', 'service')).toThrow(
    expect.objectContaining({ code: 'forbidden' }),
  );
  expect(isAdmin(caller())).toBe(false);
});

test('a token without a project may do nothing in one', () => {
  expect(() => projectOf(unscoped)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  expect(projectOf(caller())).toBe('a');
});
