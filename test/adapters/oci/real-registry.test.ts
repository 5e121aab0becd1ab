import { afterAll, beforeAll, describe } from 'vitest';
import { describeDestinationContract } from '../../contract/destination.ts';
import { describeVersionStoreContract } from '../../contract/version-store.ts';
import { contractSubject, PATH } from '../../support/oci/mirror-subject.ts';
import { REGISTRY, type RealRegistry, startRealRegistry } from '../../support/oci/real-registry.ts';

// One registry for all: each subject has repositories of its own in it.
let registry: RealRegistry;
let subjects = 0;

async function realRegistry() {
  subjects += 1;
  return contractSubject(registry.host, async () => {}, `subject-${subjects}/${PATH}`);
}

describe.skipIf(REGISTRY === undefined)('a real registry (distribution 3)', () => {
  beforeAll(async () => {
    registry = await startRealRegistry(REGISTRY ?? '');
  });
  afterAll(async () => await registry[Symbol.asyncDispose]());

  describeDestinationContract(
    'an OCI mirror in distribution',
    async () => {
      const subject = await realRegistry();
      return { ...subject, open: async ({ dieAfter } = {}) => subject.openMirror(dieAfter) };
    },
    { checksDigests: true },
  );

  describeVersionStoreContract('an OCI mirror in distribution', async () => {
    const subject = await realRegistry();
    return {
      ...subject,
      open: async ({ dieAfter } = {}) => {
        const mirror = subject.openMirror(dieAfter);
        return { destination: mirror, store: mirror };
      },
    };
  });
});
