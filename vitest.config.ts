import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: 'test/global-setup.ts',
    // By default one core is left free, which on two is half of all.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/{domain,application}/**/*.test.ts', 'test/cli/render/**/*.test.ts'],
          // They leave nothing behind in the process but secrets that are held, which no other test says.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'adapters',
          include: ['test/{adapters,embedded,fakes}/**/*.test.ts'],
          // Each closes what it opens, and puts back what it changes of the process.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'rest',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{domain,application,adapters,embedded,fakes}/**', 'test/cli/render/**'],
        },
      },
    ],
  },
});
