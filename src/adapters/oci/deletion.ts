import { SyncError } from '../../domain/errors.ts';
import type { HttpDocument } from '../http/contract.ts';
import type { Scope } from './authorization.ts';
import { claimsOf } from './claims.ts';
import type { RepositoryKeeper } from './keeper.ts';
import { listTags } from './listing.ts';
import { errorCodes, type Repository, refused } from './registry.ts';
import { readIndex } from './stored.ts';

/**
 * Deletes a version: its tag first, by which alone clients find it, then the index, then the manifests that no
 * other tag's index names. Blobs are left to the registry's own garbage collection, which knows who else uses
 * them. Throws DestinationRejected where the registry allows no deletion.
 */
export async function deleteTag(
  repository: Repository,
  tag: string,
  keeper: RepositoryKeeper | undefined,
): Promise<'deleted' | 'gone'> {
  const subject = `${repository.name}:${tag}`;
  const index = await readIndex(repository, tag, subject);
  if (index.state === 'absent') return 'gone';
  if (index.state === 'foreign') {
    throw new SyncError(
      'DestinationRejected',
      `${subject} at ${repository.registry.host} is ${index.why}, not a provider: it is left alone.`,
    );
  }
  const tags = (await listTags(repository)) ?? [];
  const claims = claimsOf(tag, tags).map((claim) => claim.tag);
  const used = await usedByTags(
    repository,
    tags.filter((each) => each !== tag && !claims.includes(each)),
  );
  const remove = remover(repository, subject, keeper);
  // No client sees these. What they stand for must not come back with the version's next delivery.
  for (const claim of claims) await remove({ tag: claim });
  const untagged = await remove({ tag });
  if (untagged === 'refused' && used.has(index.digest)) throw onlyTag(repository, subject);
  const doomed = [index.digest, ...index.entries.map(({ descriptor }) => descriptor.digest)];
  for (const digest of doomed.filter((each) => !used.has(each))) {
    const removed = await remove({ digest });
    // Without its tag the version is gone, whatever else stays.
    if (removed === 'refused' && untagged === 'refused') throw notAllowed(repository, subject);
    if (removed === 'refused') break;
  }
  return 'deleted';
}

/** The digests of each tag's index or manifest and of what each index names. */
async function usedByTags(repository: Repository, tags: readonly string[]): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const tag of tags) {
    const index = await readIndex(repository, tag, `${repository.name}:${tag}`);
    if (index.state === 'absent') continue;
    used.add(index.digest);
    if (index.state === 'foreign') continue;
    for (const { descriptor } of index.entries) used.add(descriptor.digest);
  }
  return used;
}

type Removal = 'deleted' | 'gone' | 'refused';

function remover(
  repository: Repository,
  subject: string,
  keeper: RepositoryKeeper | undefined,
): (image: { tag: string } | { digest: string }) => Promise<Removal> {
  if (keeper !== undefined) return (image) => keeper.deleteImage(repository.name, image);
  const scope: Scope = { repository: repository.name, actions: 'pull,delete' };
  return async (image) => {
    const reference = 'tag' in image ? image.tag : image.digest;
    const document = await repository.registry.call({
      method: 'DELETE',
      path: `${repository.name}/manifests/${reference}`,
      scope,
      target: `the deletion of ${subject}`,
    });
    if (document.status === 202 || document.status === 200 || document.status === 204) return 'deleted';
    if (document.status === 404) return 'gone';
    if (isUnsupported(document)) return 'refused';
    throw refused(document, repository.registry.host);
  };
}

/** OCI distribution specification 1.1, "Deleting tags": 400 or 405 where that is not offered. */
function isUnsupported(document: HttpDocument): boolean {
  return (
    document.status === 405 ||
    (document.status === 400 &&
      ['UNSUPPORTED', 'DIGEST_INVALID', 'TAG_INVALID'].some((code) => errorCodes(document).includes(code)))
  );
}

function notAllowed({ registry }: Repository, subject: string): SyncError {
  return new SyncError(
    'DestinationRejected',
    `${registry.host} allows no deletion, so ${subject} stays. Allow it in the registry's own settings.`,
  );
}

function onlyTag({ registry }: Repository, subject: string): SyncError {
  return new SyncError(
    'DestinationRejected',
    `${registry.host} deletes no single tag, and another tag names the same index as ${subject}: it stays.`,
  );
}
