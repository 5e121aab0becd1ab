import type { Shasums } from '../../domain/integrity/shasums.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import { pushing, putManifest, readManifest, tagDigest } from './contents.ts';
import { type Content, descriptorOf } from './documents.ts';
import { listTags } from './listing.ts';
import type { Repository } from './registry.ts';
import { MANIFEST_TYPE } from './schema.ts';
import { type Entry, isPackageOf, packageLayer } from './stored.ts';
import { isTag } from './tags.ts';

/**
 * A platform's manifest has a tag of its own, `_3.6.0_linux_amd64`. A registry has no conditional writes, so two
 * runs that add platforms to one version could each put an index that lacks the other's. Whoever has put an index
 * looks at these tags afterwards: each run claims its platforms before it puts its own, so one of the two sees what
 * is lacking. OpenTofu takes such a tag for no version and passes over it [tried with 1.10.6]. It also keeps a
 * registry that sweeps up untagged manifests from sweeping up these.
 */
function claimTag(tag: string, platform: Platform): string {
  return `_${tag}_${formatPlatform(platform)}`;
}

/** Puts a platform's manifest under its claim, or by digest alone where a tag cannot be that long. */
export async function claim(
  repository: Repository,
  tag: string,
  platform: Platform,
  manifest: Content,
  target: string,
): Promise<void> {
  const claimed = claimTag(tag, platform);
  const reference = isTag(claimed) ? claimed : manifest.digest;
  if ((await tagDigest(repository, reference, target, pushing(repository))) === manifest.digest) return;
  await putManifest(repository, reference, MANIFEST_TYPE, manifest, target);
}

/** The claims among the tags of a repository that are about one version. */
export function claimsOf(
  tag: string,
  tags: readonly string[],
): readonly { tag: string; platform: Platform }[] {
  const prefix = `_${tag}_`;
  return tags.flatMap((each) => {
    // A build's number, which may follow in another version's tag, would make a third part.
    const [, os, arch] = /^([a-z0-9]+)_([a-z0-9]+)$/.exec(each.slice(prefix.length)) ?? [];
    const claimed = each.startsWith(prefix) && os !== undefined && arch !== undefined;
    return claimed ? [{ tag: each, platform: { os, arch } }] : [];
  });
}

/** The descriptors of claimed packages that an index lacks and that one of the given SHA256SUMS lists. */
export async function claimedPackages(
  repository: Repository,
  tag: string,
  entries: readonly Entry[],
  proofs: readonly Shasums[],
  subject: string,
): Promise<readonly { readonly platform: Platform; readonly descriptor: object }[]> {
  const listed = new Set(
    proofs.flatMap(({ entries: lines }) => [...lines.values()].map((sha256) => `sha256:${sha256}`)),
  );
  const found: { platform: Platform; descriptor: object }[] = [];
  for (const { tag: claimed, platform } of claimsOf(tag, (await listTags(repository)) ?? [])) {
    if (entries.some((entry) => isPackageOf(entry, platform))) continue;
    const content = await readManifest(repository, claimed, `a manifest of ${subject}`);
    const layer = content && packageLayer(content.bytes);
    if (content && layer && listed.has(layer.digest)) {
      found.push({ platform, descriptor: descriptorOf(platform, content) });
    }
  }
  return found;
}
