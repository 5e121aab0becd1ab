import { createHash } from 'node:crypto';
import { parseSha256, type Sha256 } from '../../domain/artifact/sha256.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { MirrorFile, MirrorStore, StoredFile } from '../../ports/mirror-store.ts';
import type { ZipBytes } from '../zip/random-access.ts';
import type { EvidencePackage, MirrorEvidence } from './documents.ts';
import { packageName, providerFolder } from './layout.ts';

/** A package with its place in the mirror. */
export interface PlacedPackage {
  /** `linux_amd64`. */
  readonly platform: string;
  readonly pkg: ReleasePackage;
  readonly name: string;
  readonly file: MirrorFile;
}

export function placedPackages({ address, version, files }: VerifiedRelease): readonly PlacedPackage[] {
  return files.map((pkg) => {
    const name = packageName(address, version.canonical, pkg.platform);
    const file = { key: `${providerFolder(address)}${name}`, sha256: pkg.sha256 };
    return { platform: formatPlatform(pkg.platform), pkg, name, file };
  });
}

/** What the evidence says of a package, provided that it speaks of the same bytes. */
export function evidenceOf(
  evidence: MirrorEvidence | undefined,
  { platform, file }: Pick<PlacedPackage, 'platform' | 'file'>,
): EvidencePackage | undefined {
  const found = evidence?.packages[platform];
  return found?.sha256 === file.sha256 ? found : undefined;
}

/**
 * What is stored, when it is the file: by the store's own digest, or by size and stamp as they were when the file was
 * judged before (`known`), or else by reading and hashing it.
 */
export async function findWhole(
  store: MirrorStore,
  file: MirrorFile,
  known: Pick<EvidencePackage, 'size' | 'stamp'> | undefined,
): Promise<StoredFile | undefined> {
  const stored = await store.statFile(file);
  if (stored === undefined) return undefined;
  if (known !== undefined && known.size !== stored.size) return undefined;
  if (stored.sha256 !== undefined) return stored.sha256 === file.sha256 ? stored : undefined;
  if (known?.stamp !== undefined && known.stamp === stored.stamp) return stored;
  return (await hashStored(store, file)) === file.sha256 ? stored : undefined;
}

async function hashStored(store: MirrorStore, file: MirrorFile): Promise<Sha256 | undefined> {
  const opened = await store.openFile(file);
  if (opened === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of opened.body) hash.update(chunk);
  return parseSha256(hash.digest('hex'));
}

/** The stored package as something to read at any place. */
export function zipInStore(store: MirrorStore, file: MirrorFile, size: number): ZipBytes {
  return {
    size,
    read: async function* (start, end) {
      const opened = await store.openFile(file, { start, end });
      if (opened === undefined) throw new Error('the stored package has gone');
      yield* opened.body;
    },
  };
}
