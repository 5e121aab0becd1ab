import { createHash } from 'node:crypto';
import { parseSha256, type Sha256 } from '../../domain/artifact/sha256.ts';
import type { BundledVersion, BundleFile } from '../../domain/bundle/manifest.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { readEvidence } from '../network-mirror/documents.ts';
import { layoutOf, packageName } from '../network-mirror/layout.ts';
import { bundlePathOf } from './draft-store.ts';

/** A version in a draft, with its packages' files. */
export interface DraftedVersion {
  readonly bundled: BundledVersion;
  readonly packages: readonly BundleFile[];
}

/** What the draft holds of a version; undefined when it holds nothing of it, because the base brought it all. */
export async function readDrafted(
  store: MirrorStore,
  address: ProviderAddress,
  version: Version,
): Promise<DraftedVersion | undefined> {
  const layout = layoutOf(address, version.canonical);
  const [stored, shasums] = await Promise.all([
    store.readDocument(layout.evidence),
    store.readDocument(layout.shasums),
  ]);
  if (stored === undefined && shasums === undefined) return undefined;
  const evidence = stored && readEvidence(stored.bytes);
  if (evidence === undefined || shasums === undefined) throw notWhole(store, address, version);
  const packages = Object.entries(evidence.packages).map(([key, { filename, sha256, size }]) => {
    const [os = '', arch = ''] = key.split('_');
    const name = packageName(address, version.canonical, { os, arch });
    const path = bundlePathOf(`${layout.folder}${name}`);
    return { platform: { os, arch }, filename, sha256, size, path };
  });
  for (const { path, size, sha256, platform } of packages) {
    const key = `${layout.folder}${packageName(address, version.canonical, platform)}`;
    if ((await store.statFile({ key, sha256 }))?.size !== size) {
      throw notWhole(store, address, version, `${path} (${formatPlatform(platform)})`);
    }
  }
  return {
    bundled: {
      address,
      version,
      shasumsSha256: digestOf(shasums.bytes),
      protocols: evidence.protocols,
      signedBy: evidence.signedBy.keyId,
      packages: packages.map(({ platform, filename, sha256, path }) => ({
        platform,
        filename,
        sha256,
        path,
      })),
    },
    packages: packages.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
  };
}

/** Every document of the draft, read and hashed. Packages are hashed when they arrive. */
export async function readDraftedDocuments(store: MirrorStore): Promise<readonly BundleFile[]> {
  const files: BundleFile[] = [];
  for (const { key } of await store.list('')) {
    if (key.endsWith('.zip')) continue;
    const document = await store.readDocument(key);
    if (document === undefined) continue;
    files.push({ path: bundlePathOf(key), size: document.bytes.length, sha256: digestOf(document.bytes) });
  }
  return files;
}

export function digestOf(bytes: Uint8Array): Sha256 {
  return parseSha256(createHash('sha256').update(bytes).digest('hex')) as Sha256;
}

function notWhole(
  store: MirrorStore,
  address: ProviderAddress,
  version: Version,
  what = 'its documents',
): SyncError {
  return new SyncError(
    'DestinationResponseInvalid',
    `${store.location} does not hold ${formatAddress(address)} ${version.canonical} whole: ${what} changed after it ` +
      'arrived. No bundle was written. Run the export again.',
  );
}
