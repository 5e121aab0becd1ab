import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { BundledVersion } from '../../domain/bundle/manifest.ts';
import type { ProviderEntry, SyncConfig } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import { verifyRelease } from '../../domain/integrity/verify-release.ts';
import { formatAddress, sameAddress } from '../../domain/provider/address.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import { resolveVersion } from '../../domain/provider/resolve.ts';
import type { OpenedBundle } from '../../ports/bundle.ts';
import type { Clock } from '../../ports/clock.ts';

/** A version of the bundle that holds together, with the config's entries that ask for it. */
export interface ProvedVersion {
  readonly bundled: BundledVersion;
  readonly release: VerifiedRelease;
  readonly entries: readonly ProviderEntry[];
}

/** Signatures are quick; more at once would only fill memory. */
const AT_ONCE = 4;

/**
 * Proves every version of the bundle, those that the config does not ask for as well: SHA256SUMS lists every package
 * with the digest that its bytes were found to have, and is signed; by the pinned key, wherever an entry of the same
 * provider pins one. Throws BundleInvalid or what `verifyRelease` throws, for the first that fails.
 */
export async function proveBundle(
  bundle: Pick<OpenedBundle, 'registry' | 'manifest' | 'location'>,
  config: SyncConfig,
  clock: Clock,
): Promise<readonly ProvedVersion[]> {
  return await pLimit(AT_ONCE).map(bundle.manifest.versions, async (bundled) => {
    const own = config.providers.filter(({ address }) => sameAddress(address, bundled.address));
    const entries = own.filter(({ requested }) => resolveVersion(requested, [bundled]) !== undefined);
    const terms = new Map(
      (entries.length > 0 ? entries : own).map((entry) => [
        `${entry.pinnedKeyId} ${entry.allowOtherVersionNames}`,
        entry,
      ]),
    );
    let release: VerifiedRelease | undefined;
    for (const entry of terms.size === 0 ? [undefined] : terms.values()) {
      release = await prove(bundle, bundled, entry, clock);
    }
    if (release === undefined) throw new SyncError('InternalError', 'A bundled version was not looked at.');
    return { bundled, release, entries };
  });
}

async function prove(
  { registry, location }: Pick<OpenedBundle, 'registry' | 'location'>,
  { address, version, packages, shasumsSha256 }: BundledVersion,
  entry: Pick<ProviderEntry, 'pinnedKeyId' | 'allowOtherVersionNames'> | undefined,
  clock: Clock,
): Promise<VerifiedRelease> {
  const asked = await Promise.all(
    packages.map(({ platform }) => registry.readPackage(address, version, platform)),
  );
  const [first] = asked;
  const name = `${formatAddress(address)} ${version.text}`;
  if (first === undefined) {
    throw new SyncError(
      'BundleInvalid',
      `The bundle ${location} lists no package of ${name}. Nothing was delivered.`,
    );
  }
  const { shasums, signature } = await registry.readShasums(first);
  const actual = createHash('sha256').update(shasums).digest('hex') as Sha256;
  if (actual !== shasumsSha256) {
    throw new SyncError(
      'BundleInvalid',
      `The bundle ${location} holds another SHA256SUMS of ${name} than its manifest names. Nothing was delivered.`,
    );
  }
  return await verifyRelease({
    address,
    version,
    packages: asked,
    shasums,
    signature,
    pinnedKeyId: entry?.pinnedKeyId,
    allowOtherVersionNames: entry?.allowOtherVersionNames,
    now: clock.now(),
  });
}
