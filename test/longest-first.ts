import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, the longest first: begun at last, one of them would be waited for alone. */
const LONGEST = [
  'test/deployment/lint.test.ts',
  'test/catalogue/page.test.ts',
  'test/deployment/deployments-run.test.ts',
  'test/deployment/bottles-run.test.ts',
  'test/adapters/aws/s3-mirror-contract.test.ts',
  'test/deployment/events.test.ts',
  'test/deployment/template.test.ts',
  'test/deployment/bottles-stack.test.ts',
  'test/deployment/checkov.test.ts',
  'test/application/deployments/faults.test.ts',
  'test/application/deployments/run.test.ts',
  'test/application/bottles/every-place.test.ts',
  'test/delivery/bootstrap.test.ts',
  'test/e2e/killed-sync.test.ts',
  'test/deployment/ledger-pipeline.test.ts',
  'test/delivery/deploy.test.ts',
  'test/e2e/hostile/hostile.test.ts',
  'test/adapters/sqlite-ledger/killed.test.ts',
  'test/adapters/oci/contract.test.ts',
  'test/catalogue/stories.test.ts',
  'test/deployment/sam.test.ts',
  'test/cli/serve.test.ts',
  'test/cli/provider-commands.test.ts',
  'test/application/deployments/s3.test.ts',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONGEST.indexOf(relative(process.cwd(), moduleId));
  return place === -1 ? LONGEST.length : place;
};

/** Otherwise as Vitest has them: what runs in one process side by side. It takes nothing but a class. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
