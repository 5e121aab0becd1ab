import type { ProviderAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import type { ListedFile, MirrorStore } from '../../ports/mirror-store.ts';
import { readArchives, readIndex, writeIndex } from './documents.ts';
import { updateDocument } from './documents-in-store.ts';
import { entryOf, layoutOf, packageOfUrl, providerFolder } from './layout.ts';

const CONCURRENCY = 8;

/**
 * Writes `index.json` anew from what is whole: of the versions that it lists, and those named in `add`, the ones
 * whose document is there and whose packages all are. Nothing is taken over from the old index for its own sake.
 * Where the index is missing or cannot be read, every whole version is listed; otherwise a version that nobody
 * listed stays unlisted, because somebody may be about to delete it.
 */
export async function updateIndex(
  store: MirrorStore,
  address: ProviderAddress,
  change: { readonly add?: string; readonly remove?: string },
): Promise<void> {
  const key = `${providerFolder(address)}index.json`;
  await updateDocument(store, key, 'application/json', async (present) => {
    const files = await store.list(providerFolder(address));
    const listed = (present && readIndex(present)) ?? documentedVersions(address, files);
    const canonical = listed.flatMap((text) => parseVersion(text)?.canonical ?? []);
    const candidates = new Set([...canonical, ...(change.add === undefined ? [] : [change.add])]);
    if (change.remove !== undefined) candidates.delete(change.remove);
    if (present === undefined && candidates.size === 0) return undefined;
    return writeIndex(await wholeVersions(store, address, [...candidates], files));
  });
}

function documentedVersions(address: ProviderAddress, files: readonly ListedFile[]): readonly string[] {
  const folder = providerFolder(address);
  return files.flatMap(({ key }) => {
    const entry = entryOf(address, key.slice(folder.length));
    return entry.kind === 'document' ? [entry.version] : [];
  });
}

async function wholeVersions(
  store: MirrorStore,
  address: ProviderAddress,
  candidates: readonly string[],
  files: readonly ListedFile[],
): Promise<readonly string[]> {
  const sizes = new Map(files.map(({ key, size }) => [key, size]));
  const whole: string[] = [];
  for (let at = 0; at < candidates.length; at += CONCURRENCY) {
    const some = candidates.slice(at, at + CONCURRENCY);
    const found = await Promise.all(some.map((version) => isWhole(store, address, version, sizes)));
    whole.push(...some.filter((_, index) => found[index]));
  }
  return whole;
}

async function isWhole(
  store: MirrorStore,
  address: ProviderAddress,
  version: string,
  sizes: ReadonlyMap<string, number>,
): Promise<boolean> {
  const { folder, document } = layoutOf(address, version);
  if (!sizes.has(document)) return false;
  const bytes = (await store.readDocument(document))?.bytes;
  const archives = bytes && readArchives(bytes);
  if (archives === undefined) return false;
  return Object.values(archives).every(({ url }) => {
    const name = packageOfUrl(url);
    // What lies elsewhere is not this mirror's to judge.
    return name === undefined || (sizes.get(`${folder}${name}`) ?? 0) > 0;
  });
}
