import type { HeldPackage, HeldVersion } from '../../domain/catalogue/held.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { Repository } from './registry.ts';
import { type Entry, isEvidence, isPackage, readIndex, readPackage } from './stored.ts';

/** A version as a client finds it: by its tag, its index, and each platform's manifest. */
export async function readHeldVersion(
  repository: Repository,
  tag: string,
  pushedAt: Date | undefined,
): Promise<HeldVersion> {
  const subject = `${repository.name}:${tag}`;
  const index = await readIndex(repository, tag, subject);
  const entries = index.state === 'index' ? index.entries : [];
  const packages: HeldPackage[] = [];
  for (const { descriptor } of entries) {
    const { platform } = descriptor;
    if (!isPackage(descriptor) || platform === undefined) continue;
    const { os, architecture: arch } = platform;
    packages.push(...(await packageOf(repository, entries, { os, arch }, subject)));
  }
  return {
    version: tag.replace('_', '+'),
    complete: packages.length > 0 && entries.some(isEvidence),
    since: pushedAt,
    packages,
  };
}

async function packageOf(
  repository: Repository,
  entries: readonly Entry[],
  platform: { readonly os: string; readonly arch: string },
  subject: string,
): Promise<readonly HeldPackage[]> {
  const stored = await readPackage(repository, entries, platform, subject);
  const sha256 = stored.state === 'named' ? /^sha256:([0-9a-f]{64})$/.exec(stored.digest)?.[1] : undefined;
  if (stored.state !== 'named' || !stored.blob || sha256 === undefined) return [];
  return [{ platform: formatPlatform(platform), sha256, size: stored.size }];
}
