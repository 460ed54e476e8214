import { defineConfig } from 'vitest/config';

/** Tests that talk to the deployed embedded stack; `test/stack/global-setup.ts` finds it. */
const onTheStack = ['adapters', 'e2e', 'crash', 'clients', 'docs'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/{cli,domain,functions,flows,events,integrations}/**/*.test.ts',
            // Adapters that no table, queue or topic is behind.
            'test/adapters/{delivery,http,identity}/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'scripts',
          include: ['test/scripts/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      ...onTheStack.map((name) => ({
        test: {
          name,
          include: [name === 'adapters' ? 'test/adapters/*.test.ts' : `test/${name}/**/*.test.ts`],
          globalSetup: ['test/stack/global-setup.ts'],
          // The stack is shared and the machine small: one file at a time.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      })),
    ],
  },
});
