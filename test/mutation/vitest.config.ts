import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/domain/retention/**/*.test.ts', 'test/adapters/tfe/plan/**/*.test.ts'],
    setupFiles: ['test/mutation/fixed-seed.ts'],
  },
});
