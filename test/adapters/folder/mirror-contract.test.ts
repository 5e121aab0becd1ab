import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { createNetworkMirror } from '../../../src/adapters/network-mirror/network-mirror.ts';
import { describeDestinationContract } from '../../contract/destination.ts';
import { describeVersionStoreContract } from '../../contract/version-store.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { dyingStore } from '../../support/dying-store.ts';
import { mirrorClientView } from '../../support/mirror-client.ts';

const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));

async function folderSubject() {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-mirror-'));
  const open = (options: { readonly dieAfter?: number } = {}) => {
    const store = dyingStore(createFolderMirrorStore(folder), options.dieAfter);
    return createNetworkMirror({ name: 'mirror', store, clock });
  };
  const read = async (key: string) => await readFile(join(folder, key)).catch(() => undefined);
  return {
    open,
    clientView: async (address: Parameters<typeof mirrorClientView>[1]) =>
      await mirrorClientView(read, address),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

describeDestinationContract(
  'a network mirror in a folder',
  async () => {
    const subject = await folderSubject();
    return { ...subject, open: async (options) => subject.open(options) };
  },
  { checksDigests: true },
);

describeVersionStoreContract('a network mirror in a folder', async () => {
  const subject = await folderSubject();
  return {
    ...subject,
    open: async (options) => {
      const mirror = subject.open(options);
      return { destination: mirror, store: mirror };
    },
  };
});
