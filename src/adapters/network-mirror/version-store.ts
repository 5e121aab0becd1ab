import pLimit from 'p-limit';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import type { HeldProvider, ListedVersion } from '../../domain/retention/listed.ts';
import type { ListedFile, MirrorStore } from '../../ports/mirror-store.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { readArchives, readEvidence, readIndex } from './documents.ts';
import { readHeldVersion } from './holdings.ts';
import { updateIndex } from './index-document.ts';
import { addressOfKey, entryOf, layoutOf, providerFolder } from './layout.ts';

const CONCURRENCY = 8;

/** A network mirror as cleanup sees it. Versions that died half-way are listed too, as incomplete. */
export function mirrorVersions(
  store: MirrorStore,
): Pick<VersionStore, 'listProviders' | 'listVersions' | 'holdings' | 'deleteVersion' | 'withdraw'> {
  return {
    listProviders: async () => {
      const addresses = new Map<string, ProviderAddress>();
      for (const { key } of await store.list('')) {
        const address = addressOfKey(key);
        if (address === undefined) continue;
        if (versionOfKey(address, key) !== undefined) addresses.set(formatAddress(address), address);
      }
      return [...addresses].map(([name, address]) => ({ name, type: address.type, address, own: true }));
    },
    listVersions: (provider) => eachVersion(store, provider, describe),
    holdings: (provider) => eachVersion(store, provider, readHeldVersion),
    deleteVersion: async (provider, versionText) => {
      const address = addressOf(provider);
      const layout = layoutOf(address, versionText);
      const folder = providerFolder(address);
      const index = await store.readDocument(layout.index);
      const listed = canonical((index && readIndex(index.bytes)) ?? []).includes(versionText);
      if (listed) await updateIndex(store, address, { remove: versionText });
      const files = (await store.list(folder)).filter(
        ({ key }) => versionOfKey(address, key) === versionText,
      );
      for (const { key } of inOrderOfDeletion(address, files)) await store.delete(key);
      return listed || files.length > 0 ? 'deleted' : 'gone';
    },
    withdraw: async (provider, versionText) => {
      const address = addressOf(provider);
      const index = await store.readDocument(layoutOf(address, versionText).index);
      if (!canonical((index && readIndex(index.bytes)) ?? []).includes(versionText)) return 'gone';
      await updateIndex(store, address, { remove: versionText });
      return 'withdrawn';
    },
  };
}

/** Every version that is listed or has left anything, each asked about by `read`. Throws DestinationNotFound. */
async function eachVersion<T>(
  store: MirrorStore,
  provider: HeldProvider,
  read: (store: MirrorStore, address: ProviderAddress, text: string, listed: boolean) => Promise<T>,
): Promise<readonly T[]> {
  const address = addressOf(provider);
  const files = await store.list(providerFolder(address));
  if (files.length === 0) {
    throw new SyncError('DestinationNotFound', `${store.location} holds no provider ${provider.name}.`);
  }
  const index = await store.readDocument(`${providerFolder(address)}index.json`);
  const listed = new Set(canonical((index && readIndex(index.bytes)) ?? []));
  const held = files.flatMap(({ key }) => versionOfKey(address, key) ?? []);
  const texts = [...new Set([...listed, ...held])];
  const limit = pLimit(CONCURRENCY);
  return await Promise.all(texts.map((text) => limit(() => read(store, address, text, listed.has(text)))));
}

function addressOf({ address, name }: HeldProvider): ProviderAddress {
  if (address !== undefined) return address;
  throw new SyncError('InternalError', `The provider ${name} came without its address.`);
}

function canonical(texts: readonly string[]): readonly string[] {
  return texts.map((text) => parseVersion(text)?.canonical ?? text);
}

/** The version that a file belongs to; undefined for the index and for what is not the mirror's. */
function versionOfKey(address: ProviderAddress, key: string): string | undefined {
  const entry = entryOf(address, key.slice(providerFolder(address).length));
  if (!('version' in entry)) return undefined;
  return parseVersion(entry.version) === undefined ? undefined : entry.version;
}

/** What a client asks for first goes first. */
function inOrderOfDeletion(address: ProviderAddress, files: readonly ListedFile[]): readonly ListedFile[] {
  const order = ['document', 'evidence', 'package'];
  const rank = ({ key }: ListedFile) =>
    order.indexOf(entryOf(address, key.slice(providerFolder(address).length)).kind);
  return files.toSorted((a, b) => rank(a) - rank(b));
}

async function describe(
  store: MirrorStore,
  address: ProviderAddress,
  text: string,
  listed: boolean,
): Promise<ListedVersion> {
  const layout = layoutOf(address, text);
  const [document, stored] = await Promise.all([
    store.readDocument(layout.document),
    store.readDocument(layout.evidence),
  ]);
  const archives = document && readArchives(document.bytes);
  const packages = Object.values((stored && readEvidence(stored.bytes)?.packages) ?? {});
  const times = packages.map(({ deliveredAt }) => Date.parse(deliveredAt));
  return {
    text,
    createdAt: times.length === 0 ? undefined : new Date(Math.min(...times)),
    // In a mirror these two are no gate to clients; a version counts as complete when clients are told of it.
    shasumsUploaded: listed && archives !== undefined,
    shasumsSignatureUploaded: listed && archives !== undefined,
    platformCount: archives === undefined ? packages.length : Object.keys(archives).length,
  };
}
