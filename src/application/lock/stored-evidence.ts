import { isSyncError } from '../../domain/errors.ts';
import { parseShasums } from '../../domain/integrity/shasums.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import { type HeldProvider, isComplete } from '../../domain/retention/listed.ts';
import type { Destination } from '../../ports/destination.ts';
import type { InstalledHashReader, LockEvidence } from '../../ports/lock-evidence.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { type ReleasePorts, readReleaseDocuments } from '../resolve/read-release.ts';

/**
 * A destination that keeps no hashes of what its packages hold, such as a private registry: the documents come from
 * the public registry, and each wanted package is read back once from the destination, never from upstream.
 */
export function storedLockEvidence(
  ports: ReleasePorts,
  destination: Destination & VersionStore,
  hashes: InstalledHashReader,
): LockEvidence {
  return {
    name: destination.name,
    heldVersions: async (address) => {
      try {
        const listed = await destination.listVersions(heldProvider(destination, address));
        return listed.filter(isComplete).flatMap(({ text }) => parseVersion(text) ?? []);
      } catch (error) {
        if (isSyncError(error) && error.code === 'DestinationNotFound') return [];
        throw error;
      }
    },
    read: async (entry, version, platforms) => {
      const { release } = await readReleaseDocuments(ports, { ...entry, platforms }, version);
      const plan = await destination.inspect(release);
      const there = release.files.filter(
        ({ filename }) =>
          !plan.missing.includes(filename) && !plan.steps.some(({ file }) => file === filename),
      );
      if (plan.outcome === 'publish' || plan.outcome === 'conflict' || there.length === 0) return undefined;
      const installed = new Map<string, string | undefined>();
      for (const file of there) {
        const hash = await hashes.read(destination.storedFile(release, file), file.sha256);
        installed.set(formatPlatform(file.platform), hash);
      }
      return { zips: [...parseShasums(release.shasums).entries.values()], installed };
    },
  };
}

function heldProvider({ kind }: VersionStore, address: ProviderAddress): HeldProvider {
  const { type } = address;
  return kind === 'private-registry'
    ? { name: type, type, address: undefined, own: true }
    : { name: formatAddress(address), type, address, own: true };
}
