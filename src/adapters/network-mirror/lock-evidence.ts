import { SyncError } from '../../domain/errors.ts';
import { parseShasums } from '../../domain/integrity/shasums.ts';
import { verifyShasumsSignature } from '../../domain/integrity/verify-signature.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LockEvidence } from '../../ports/lock-evidence.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { readEvidence, readIndex } from './documents.ts';
import { layoutOf, providerFolder } from './layout.ts';

/**
 * What a network mirror keeps beside its packages, as lock files need it: no package is read. SHA256SUMS counts by its
 * signature, by the pinned key where the config pins one.
 */
export function mirrorLockEvidence(name: string, store: MirrorStore, clock: Clock): LockEvidence {
  return {
    name,
    heldVersions: async (address) => {
      const index = await store.readDocument(`${providerFolder(address)}index.json`);
      const listed = (index && readIndex(index.bytes)) ?? [];
      return listed.flatMap((text) => parseVersion(text) ?? []);
    },
    read: async ({ address, pinnedKeyId }, version) => {
      const layout = layoutOf(address, version.canonical);
      const [shasums, signature, signingKey, stored] = await Promise.all(
        [layout.shasums, layout.signature, layout.signingKey, layout.evidence].map((key) =>
          store.readDocument(key),
        ),
      );
      const evidence = stored && readEvidence(stored.bytes);
      const subject = `${formatAddress(address)} ${version.canonical}`;
      if (!shasums || !signature || !signingKey || !evidence) {
        throw new SyncError(
          'DestinationResponseInvalid',
          `${store.location} lists ${subject} without what proves it (SHA256SUMS, its signature, the key, the ` +
            'evidence): it was put there by another program. Sync it, and lock again.',
        );
      }
      const asciiArmor = new TextDecoder().decode(signingKey.bytes);
      await verifyShasumsSignature({
        shasums: shasums.bytes,
        signature: signature.bytes,
        keys: [{ claimedKeyId: undefined, asciiArmor, source: undefined }],
        pinnedKeyId,
        now: clock.now(),
        subject,
      });
      const { entries } = parseShasums(shasums.bytes);
      const own = Object.entries(evidence.packages).filter(
        ([, { filename, sha256 }]) => entries.get(filename) === sha256,
      );
      return {
        zips: [...entries.values()],
        installed: new Map(own.map(([platform, { installedH1 }]) => [platform, installedH1])),
      };
    },
  };
}
