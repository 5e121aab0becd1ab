import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/domain/retention/**/*.test.ts', 'test/domain/publication/**/*.test.ts'],
    setupFiles: ['test/mutation/fixed-seed.ts'],
  },
});
