import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Tests of the whole that keep to their own world, as those of one part do. */
const COMMANDS = [
  'test/cli/*.test.ts',
  'test/cli/progress/**/*.test.ts',
  'test/{e2e,kills,model}/**/*.test.ts',
];

/** Tests of templates, definitions and the delivery. */
const DEPLOYMENT = ['test/{deployment,delivery,terraform,architecture}/**/*.test.ts'];
/** Of those, what runs functions in its own process, where they keep their clients of AWS. */
const FUNCTIONS_RUN = [
  'test/deployment/{end-to-end,events,overlap,several-destinations}.test.ts',
  'test/deployment/{bottles,deployments}-run.test.ts',
  'test/deployment/{deployments-ledger,ledger-pipeline}.test.ts',
];

/** Tests of use cases that run Terraform, an S3 of their own or many downloads: not what a quick look waits for. */
const LONG = [
  'test/application/bottles/{every-place,s3}.test.ts',
  'test/application/deployments/{faults,run,s3}.test.ts',
  'test/application/transfer/transfer-over-http.test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: 'test/global-setup.ts',
    // By default one core is left free, which on two is half of all.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    unstubEnvs: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/{domain,application}/**/*.test.ts', 'test/cli/render/**/*.test.ts'],
          exclude: LONG,
          // They leave nothing behind in the process but secrets that are held, which no other test says.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'long', include: LONG } },
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
        // What each of them reads is most of the program, once a process.
        test: { name: 'commands', include: COMMANDS, isolate: false },
      },
      {
        extends: true,
        test: { name: 'deployment', include: DEPLOYMENT, exclude: FUNCTIONS_RUN, isolate: false },
      },
      { extends: true, test: { name: 'functions', include: FUNCTIONS_RUN } },
      {
        extends: true,
        test: {
          name: 'rest',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/{domain,application,adapters,embedded,fakes,cli,e2e,kills,model}/**',
            ...DEPLOYMENT,
          ],
        },
      },
    ],
  },
});
