import { defineConfig } from 'vitest/config';

/** Tests that talk to the deployed embedded stack; `test/stack/global-setup.ts` finds it. */
const onTheStack = ['adapters', 'e2e', 'crash', 'clients', 'docs', 'console'];

/**
 * The files that a process runs share its modules: to load them again for each file takes longer than
 * the tests. So no module keeps state between tests.
 */
const isolate = false;

/** Milliseconds after which a test hangs. Its machine may have other work, so this is no measure. */
const testTimeout = 120_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          isolate,
          globalSetup: ['test/scratch.ts'],
          testTimeout,
          include: [
            'test/{bench,cli,console-logic,dialects,domain,functions,flows,events,integrations}/**/*.test.ts',
            // Adapters that no table, queue or topic is behind.
            'test/adapters/{alarms,cloud,delivery,http,identity}/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'scripts',
          include: ['test/scripts/**/*.test.ts'],
          fileParallelism: false,
          testTimeout,
        },
      },
      {
        test: {
          // `npm run test:walk` runs it: it takes minutes.
          name: 'walk',
          include: ['test/walk/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'infra',
          isolate,
          globalSetup: ['test/scratch.ts'],
          include: ['test/infra/**/*.test.ts'],
          testTimeout,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // `npm run test:openstack` runs these, against a real cloud. Those named `*.box.test.ts` stop
          // services of the cloud, so they need one that is made for tests.
          name: 'openstack',
          include: ['test/openstack/**/*.test.ts'],
          exclude: process.env.OPENSTACK_BOX ? [] : ['test/openstack/**/*.box.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      ...onTheStack.map((name) => ({
        test: {
          name,
          isolate,
          include: [name === 'adapters' ? 'test/adapters/*.test.ts' : `test/${name}/**/*.test.ts`],
          globalSetup: ['test/stack/global-setup.ts'],
          // The stack is shared and the machine small: one file at a time.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout,
          hookTimeout: 120_000,
        },
      })),
    ],
  },
});
