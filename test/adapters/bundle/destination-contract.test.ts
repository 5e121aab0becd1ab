import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBundleDestination } from '../../../src/adapters/bundle/bundle-destination.ts';
import { openDraft } from '../../../src/adapters/bundle/draft.ts';
import { bundlePathOf, createDraftStore } from '../../../src/adapters/bundle/draft-store.ts';
import { openBundle } from '../../../src/adapters/bundle/open-bundle.ts';
import { createBundleRegistry } from '../../../src/adapters/bundle/registry.ts';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { proveBundle } from '../../../src/application/bundle/prove-bundle.ts';
import type { ProviderAddress } from '../../../src/domain/provider/address.ts';
import { isComplete } from '../../../src/domain/retention/listed.ts';
import { describeDestinationContract } from '../../contract/destination.ts';
import { describeVersionStoreContract } from '../../contract/version-store.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { dyingStore } from '../../support/dying-store.ts';
import { mirrorClientView } from '../../support/mirror-client.ts';
import { bytesOf } from '../../support/registries.ts';
import { configOf, versionOf, weather } from '../../support/sync-world.ts';

const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));

const NAME = 'bundle.tar';

async function draftSubject() {
  const parent = await mkdtemp(join(tmpdir(), 'provider-sync-bundle-'));
  const draftAt = (folder: string) =>
    openDraft({
      target: join(folder, NAME),
      base: undefined,
      signingKey: undefined,
      toolVersion: 'test',
      clock,
    });
  await (await draftAt(parent))[Symbol.asyncDispose]();
  const open = (options: { readonly dieAfter?: number } = {}) => {
    const folder = createFolderMirrorStore(join(parent, `.${NAME}.draft`));
    const store = createDraftStore(dyingStore(folder, options.dieAfter));
    return createBundleDestination({ name: 'bundle', store, clock, before: [] });
  };

  /** What a bundle of what is whole by now shows, after all that an import proves of it. */
  async function clientView(address: ProviderAddress): Promise<readonly string[]> {
    const listed = await open()
      .listVersions({ name: '', type: address.type, address, own: true })
      .catch(() => []);
    const versions = listed.filter(isComplete).map(({ text }) => ({ address, version: versionOf(text) }));
    const aside = await mkdtemp(join(tmpdir(), 'provider-sync-bundle-'));
    try {
      await cp(parent, aside, { recursive: true });
      await using draft = await draftAt(aside);
      if ((await draft.seal(versions)) === undefined) return [];
      const path = join(aside, NAME);
      await using contents = await openBundle(path);
      const { manifest } = contents;
      const registry = createBundleRegistry(contents);
      await proveBundle({ manifest, registry, location: path }, configOf(weather()), clock);
      const read = async (key: string) => {
        const file = manifest.files.find((each) => each.path === bundlePathOf(key));
        return file && (await bytesOf(contents.read(file)));
      };
      return await mirrorClientView(read, address);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  return {
    open,
    clientView,
    [Symbol.asyncDispose]: async () => await rm(parent, { recursive: true, force: true }),
  };
}

describeDestinationContract(
  'a bundle',
  async () => {
    const subject = await draftSubject();
    return { ...subject, open: async (options) => subject.open(options) };
  },
  { checksDigests: true },
);

describeVersionStoreContract('a bundle', async () => {
  const subject = await draftSubject();
  return {
    ...subject,
    open: async (options) => {
      const bundle = subject.open(options);
      return { destination: bundle, store: bundle };
    },
  };
});
