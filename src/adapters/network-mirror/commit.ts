import { SyncError } from '../../domain/errors.ts';
import { checkPackageDigest } from '../../domain/integrity/package-digest.ts';
import type { Shasums } from '../../domain/integrity/shasums.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import type { MirrorStore, StoredFile } from '../../ports/mirror-store.ts';
import type { PackageHasher } from '../zip/package-hasher.ts';
import {
  type Archive,
  archiveOf,
  type EvidencePackage,
  type MirrorEvidence,
  readArchives,
  readEvidence,
  writeArchives,
  writeEvidence,
} from './documents.ts';
import { sameBytes, updateDocument } from './documents-in-store.ts';
import { updateIndex } from './index-document.ts';
import { layoutOf, packageName, type VersionLayout } from './layout.ts';
import { evidenceOf, findWhole, type PlacedPackage, placedPackages, zipInStore } from './packages.ts';
import { ensureProof } from './proof.ts';

export interface CommitInput {
  readonly store: MirrorStore;
  readonly release: VerifiedRelease;
  readonly hasher: PackageHasher;
  readonly now: Date;
  /** What the store said when it took a file, by the file's name in the release. */
  readonly received: ReadonlyMap<string, StoredFile>;
}

/**
 * Makes a version visible once the store itself shows every package: the packages get their names, then come
 * SHA256SUMS, signature, key and evidence, then `VERSION.json`, and `index.json` last. Broken off anywhere, nothing
 * is listed that is not whole; done again, it changes nothing that is right.
 */
export async function commitDelivery(input: CommitInput): Promise<void> {
  const { store, release, now } = input;
  const layout = layoutOf(release.address, release.version.canonical);
  const placed = placedPackages(release);
  const earlier = await storedEvidence(store, layout);
  const own = await Promise.all(placed.map((each) => describePackage(input, each, earlier)));
  await store.revealFiles(placed.map(({ file }) => file));
  const shasums = await ensureProof(store, layout, release, now);
  const described = Object.fromEntries(
    placed.map(({ platform }, index) => [platform, own[index]]),
  ) as Readonly<Record<string, EvidencePackage>>;
  await updateDocument(store, layout.evidence, 'application/json', (present) =>
    mergeEvidence(present, release, shasums, described),
  );
  const evidence = await storedEvidence(store, layout);
  const archives = (present: Uint8Array | undefined) =>
    deriveArchives({ store, layout, release, shasums, evidence, own: described }, present);
  if (store.readsPlusAsBlank && layout.documentTwin !== undefined) {
    await updateDocument(store, layout.documentTwin, 'application/json', archives);
  }
  await updateDocument(store, layout.document, 'application/json', archives);
  await updateIndex(store, release.address, { add: release.version.canonical });
}

async function storedEvidence(
  store: MirrorStore,
  layout: VersionLayout,
): Promise<MirrorEvidence | undefined> {
  const stored = await store.readDocument(layout.evidence);
  return stored && readEvidence(stored.bytes);
}

/** Throws DestinationResponseInvalid when the store does not show the package, whole. */
async function describePackage(
  { store, release, hasher, now, received }: CommitInput,
  placed: PlacedPackage,
  earlier: MirrorEvidence | undefined,
): Promise<EvidencePackage> {
  const { pkg, file } = placed;
  const before = evidenceOf(earlier, placed);
  const taken = received.get(pkg.filename);
  const known = taken === undefined ? before : { size: taken.size, stamp: taken.stamp };
  const stored = await findWhole(store, file, known);
  if (stored === undefined) {
    throw new SyncError(
      'DestinationResponseInvalid',
      `${store.location} does not show ${file.key} of ${release.id} as it should be by now; the version was not listed.`,
    );
  }
  const stamp = stored.stamp === undefined ? {} : { stamp: stored.stamp };
  if (before?.archiveH1 !== undefined && before.installedH1 !== undefined) return { ...before, ...stamp };
  const hashes = await hasher.ofStored(file.sha256, zipInStore(store, file, stored.size));
  return {
    filename: pkg.filename,
    sha256: file.sha256,
    size: stored.size,
    ...stamp,
    ...('problem' in hashes
      ? { noH1: hashes.problem }
      : { archiveH1: hashes.archive, installedH1: hashes.installed }),
    deliveredAt: before?.deliveredAt ?? now.toISOString(),
  };
}

function mergeEvidence(
  present: Uint8Array | undefined,
  release: VerifiedRelease,
  shasums: Shasums,
  own: Readonly<Record<string, EvidencePackage>>,
): Uint8Array {
  const before = present && readEvidence(present);
  const others = Object.entries(before?.packages ?? {}).filter(
    ([platform, { filename, sha256 }]) => !(platform in own) && shasums.entries.get(filename) === sha256,
  );
  const { signedBy } = release.evidence;
  const { keyId, fingerprint, userIds } = signedBy ?? release.signingKey;
  const digests = release.files.map((pkg) => checkPackageDigest(pkg, pkg.sha256));
  const checks = new Map(
    [...(before?.checks ?? []), ...release.evidence.checks, ...digests].map((check) => [
      `${check.check} ${check.subject}`,
      check,
    ]),
  );
  const merged = writeEvidence({
    format: 1,
    id: release.id,
    protocols: [...release.protocols],
    signedBy: { keyId, fingerprint, userIds: [...userIds] },
    checks: [...checks.values()],
    remarks: [...new Set([...(before?.remarks ?? []), ...release.evidence.remarks])],
    packages: { ...Object.fromEntries(others), ...own },
  });
  return present !== undefined && sameBytes(present, merged) ? present : merged;
}

interface Derivation {
  readonly store: MirrorStore;
  readonly layout: VersionLayout;
  readonly release: VerifiedRelease;
  readonly shasums: Shasums;
  readonly evidence: MirrorEvidence | undefined;
  readonly own: Readonly<Record<string, EvidencePackage>>;
}

/**
 * `VERSION.json` from what is whole: the packages just delivered, and those of other platforms that SHA256SUMS and
 * the store agree on. An entry that somebody else wrote for a package that nothing proves is not kept.
 */
async function deriveArchives(derivation: Derivation, present: Uint8Array | undefined): Promise<Uint8Array> {
  const { evidence, own } = derivation;
  const before = (present && readArchives(present)) ?? {};
  const packages = { ...evidence?.packages, ...own };
  const platforms = new Set([...Object.keys(before), ...Object.keys(packages)]);
  const archives = await Promise.all(
    [...platforms].map(async (platform) => {
      const archive = await deriveArchive(derivation, platform, packages[platform]);
      return archive === undefined ? [] : [[platform, archive] as const];
    }),
  );
  return writeArchives(Object.fromEntries(archives.flat()));
}

async function deriveArchive(
  { store, layout, release, shasums, own }: Derivation,
  platform: string,
  described: EvidencePackage | undefined,
): Promise<Archive | undefined> {
  const [os = '', arch = '', ...more] = platform.split('_');
  if (more.length > 0 || !/^[a-z0-9]+$/.test(os) || !/^[a-z0-9]+$/.test(arch)) return undefined;
  const name = packageName(release.address, release.version.canonical, { os, arch });
  const sha256 = shasums.entries.get(described?.filename ?? name);
  if (sha256 === undefined || (described !== undefined && described.sha256 !== sha256)) return undefined;
  const archive = archiveOf(name, sha256, described?.archiveH1);
  if (platform in own) return archive;
  const stored = await findWhole(store, { key: `${layout.folder}${name}`, sha256 }, described);
  return stored === undefined ? undefined : archive;
}
