import { describeDestinationContract } from '../../contract/destination.ts';
import { describeVersionStoreContract } from '../../contract/version-store.ts';
import { contractSubject } from '../../support/oci/mirror-subject.ts';
import { startStandInRegistry } from '../../support/oci/stand-in-registry.ts';

async function standIn() {
  const registry = await startStandInRegistry();
  return contractSubject(registry.host, async () => await registry[Symbol.asyncDispose]());
}

describeDestinationContract(
  'an OCI mirror',
  async () => {
    const subject = await standIn();
    return { ...subject, open: async ({ dieAfter } = {}) => subject.openMirror(dieAfter) };
  },
  { checksDigests: true },
);

describeVersionStoreContract('an OCI mirror', async () => {
  const subject = await standIn();
  return {
    ...subject,
    open: async ({ dieAfter } = {}) => {
      const mirror = subject.openMirror(dieAfter);
      return { destination: mirror, store: mirror };
    },
  };
});
