import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/domain/retention/**/*.test.ts',
      // OpenPGP's own tests make keys for seconds, and a mutant of a constant runs every test that stands here.
      'test/domain/integrity/{package-name,shasums,untrusted-text,verify-release}.test.ts',
      'test/adapters/tfe/plan/**/*.test.ts',
    ],
    setupFiles: ['test/mutation/fixed-seed.ts'],
  },
});
