import { SyncError } from '../../domain/errors.ts';
import { parseShasums } from '../../domain/integrity/shasums.ts';
import { formatPlatform, type Platform, samePlatform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { Delivery } from '../../ports/destination.ts';
import { responseInvalid } from '../http/failures.ts';
import { cancelUpload, createBlobSink, type OpenUploads } from './blob-sink.ts';
import { claim, claimedPackages } from './claims.ts';
import { headBlob, pushing, putBlob, putManifest, tagDigest } from './contents.ts';
import {
  type Content,
  descriptorOf,
  EMPTY_CONFIG,
  evidenceContents,
  platformManifest,
  providerIndex,
} from './documents.ts';
import type { OciPlan } from './judge.ts';
import type { Repository } from './registry.ts';
import { INDEX_TYPE, MANIFEST_TYPE } from './schema.ts';
import { type Entry, isEvidence, isPackage, isPackageOf, readIndex, type StoredIndex } from './stored.ts';

/** How often an index is merged anew because another run put its own in between. */
const MAX_MERGES = 5;

/**
 * One release on its way into its repository: zips, then the documents, then the manifests, and the index by its
 * tag last. Tags have no conditional writes, so the tag is read back, and merged again when another run has put an
 * index there that lacks something of this one.
 */
export function createOciDelivery(options: {
  readonly repository: Repository;
  readonly release: VerifiedRelease;
  readonly plan: OciPlan;
  /** Inspects anew. */
  readonly inspect: () => Promise<OciPlan>;
}): Delivery {
  const { repository, release, plan, inspect } = options;
  const open: OpenUploads = new Set();
  // Another run may have put an index there while the packages passed.
  const current = async (known: OciPlan): Promise<OciPlan> => {
    const index = await readIndex(repository, known.held.tag, release.id);
    return digestOf(index) === digestOf(known.held.index) ? known : await inspect();
  };
  return {
    sinkFor: (file) =>
      createBlobSink({
        repository,
        digest: `sha256:${file.sha256}`,
        name: `package ${file.filename} of ${release.id} in the OCI mirror`,
        open,
      }),
    commit: async () => {
      const manifests: Named[] = [];
      for (const pkg of release.files) manifests.push(await namePackage(repository, release, pkg));
      await putBlob(repository, EMPTY_CONFIG, `the empty config in ${repository.name}`);
      for (const { manifest, pkg } of manifests) {
        const target = `the manifest of ${release.id} for ${formatPlatform(pkg.platform)}`;
        await claim(repository, plan.held.tag, pkg.platform, manifest, target);
      }
      let latest = await current(plan);
      let claimed = await claimedBeside(repository, release, latest);
      for (let merge = 0; latest.outcome !== 'up-to-date' || claimed.length > 0; merge += 1) {
        if (latest.outcome === 'conflict') throw conflictOf(release, latest);
        if (merge === MAX_MERGES) throw notShown(repository, release, latest);
        await putIndex(repository, release, latest, [...manifests.map(named), ...claimed]);
        latest = await inspect();
        claimed = await claimedBeside(repository, release, latest);
      }
    },
    abandon: async () => {
      await Promise.all([...open].map((location) => cancelUpload(repository, open, location)));
    },
  };
}

interface Named {
  readonly pkg: ReleasePackage;
  readonly manifest: Content;
}

/** The registry itself must show the zip; its size is taken from there, since not every source tells it. */
async function namePackage(
  repository: Repository,
  release: VerifiedRelease,
  pkg: ReleasePackage,
): Promise<Named> {
  const target = `package ${pkg.filename} of ${release.id} in the OCI mirror`;
  const blob = await headBlob(repository, `sha256:${pkg.sha256}`, target, pushing(repository));
  if (blob === undefined) {
    throw responseInvalid(
      'destination',
      target,
      `${repository.registry.host} does not show it; nothing was tagged`,
    );
  }
  const size = blob.size ?? pkg.size;
  if (size === undefined) {
    throw responseInvalid('destination', target, `${repository.registry.host} does not tell its size`);
  }
  return { pkg, manifest: platformManifest(pkg, size) };
}

interface Target {
  readonly platform: Platform;
  readonly descriptor: object;
}

function named({ pkg, manifest }: Named): Target {
  return { platform: pkg.platform, descriptor: descriptorOf(pkg.platform, manifest) };
}

/** Packages that other runs deliver beside this one, and that the index lacks. */
async function claimedBeside(
  repository: Repository,
  release: VerifiedRelease,
  { held }: OciPlan,
): Promise<readonly Target[]> {
  const entries = held.index.state === 'index' ? held.index.entries : [];
  const stored = held.evidence.state === 'proved' ? [held.evidence.shasums] : [];
  const proofs = [parseShasums(release.shasums), ...stored];
  const claimed = await claimedPackages(repository, held.tag, entries, proofs, release.id);
  return claimed.filter(({ platform }) => !release.files.some((pkg) => samePlatform(pkg.platform, platform)));
}

/**
 * Puts the index of the given packages and of all else that stands under the tag: other platforms, other
 * descriptors, evidence that holds. What its registry no longer has is left out, or it would refuse the index.
 */
async function putIndex(
  repository: Repository,
  release: VerifiedRelease,
  { held }: OciPlan,
  targets: readonly Target[],
): Promise<void> {
  const present = held.index.state === 'index' ? held.index.entries : [];
  const replaced = (entry: Entry): boolean => targets.some(({ platform }) => isPackageOf(entry, platform));
  const proved = held.evidence.state === 'proved';
  const kept: Entry[] = [];
  for (const entry of present.filter((each) => !replaced(each) && (proved || !isEvidence(each)))) {
    const { digest } = entry.descriptor;
    const shown = await tagDigest(repository, digest, `a manifest of ${release.id}`, pushing(repository));
    if (shown === digest) kept.push(entry);
  }
  const packages = [
    ...kept
      .filter(({ descriptor }) => isPackage(descriptor))
      .map(({ descriptor, raw }) => ({
        key: `${descriptor.platform?.os}_${descriptor.platform?.architecture}`,
        raw,
      })),
    ...targets.map(({ platform, descriptor }) => ({ key: formatPlatform(platform), raw: descriptor })),
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
  const others = kept.filter(({ descriptor }) => !isPackage(descriptor)).map(({ raw }) => raw);
  const evidence = proved ? [] : [await putEvidence(repository, release)];
  const index = providerIndex([...packages.map(({ raw }) => raw), ...others, ...evidence]);
  await putManifest(repository, held.tag, INDEX_TYPE, index, `the index of ${release.id}`);
}

async function putEvidence(repository: Repository, release: VerifiedRelease): Promise<object> {
  const { blobs, manifest, descriptor } = evidenceContents(release);
  for (const blob of blobs) await putBlob(repository, blob, `the documents of ${release.id}`);
  await putOnce(repository, manifest, `the manifest of the documents of ${release.id}`);
  return descriptor;
}

async function putOnce(repository: Repository, manifest: Content, target: string): Promise<void> {
  if ((await tagDigest(repository, manifest.digest, target, pushing(repository))) !== undefined) return;
  await putManifest(repository, manifest.digest, MANIFEST_TYPE, manifest, target);
}

function digestOf(index: StoredIndex): string {
  return index.state === 'absent' ? '' : index.digest;
}

function notShown(repository: Repository, release: VerifiedRelease, { steps }: OciPlan): SyncError {
  const lacking = steps.map(({ text }) => text).join(', ');
  const what = `${repository.registry.host} accepted it, and does not show it whole: it still needs "${lacking}"`;
  return responseInvalid('destination', `the index of ${release.id}`, what);
}

function conflictOf(release: VerifiedRelease, { differences }: OciPlan): SyncError {
  const what = differences.map(({ text }) => text).join('; ');
  return new SyncError(
    'VersionConflict',
    `${release.id} appeared in the OCI mirror with other contents while it was delivered: ${what}.`,
  );
}
