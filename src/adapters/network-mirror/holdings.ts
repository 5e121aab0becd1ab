import type { HeldPackage, HeldVersion } from '../../domain/catalogue/held.ts';
import type { ProviderAddress } from '../../domain/provider/address.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { type Archive, readArchives, readEvidence } from './documents.ts';
import { layoutOf } from './layout.ts';

/** A version as the mirror's own documents tell of it. Those that another program put there have no evidence. */
export async function readHeldVersion(
  store: MirrorStore,
  address: ProviderAddress,
  version: string,
  listed: boolean,
): Promise<HeldVersion> {
  const layout = layoutOf(address, version);
  const [document, stored] = await Promise.all([
    store.readDocument(layout.document),
    store.readDocument(layout.evidence),
  ]);
  const archives = document && readArchives(document.bytes);
  const evidence = stored && readEvidence(stored.bytes);
  const proved = evidence?.packages ?? {};
  const packages = Object.entries(archives ?? {}).map(([platform, archive]): HeldPackage => {
    const own = proved[platform];
    const sha256 = digestOf(archive) ?? own?.sha256;
    // What the evidence says holds for the bytes that it speaks of.
    const same = own !== undefined && own.sha256 === sha256;
    return {
      platform,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(same ? { size: own.size } : {}),
      ...(same && own.installedH1 !== undefined ? { h1: own.installedH1 } : {}),
    };
  });
  const times = Object.values(proved).map(({ deliveredAt }) => Date.parse(deliveredAt));
  return {
    version,
    complete: listed && packages.length > 0,
    since: times.length === 0 ? undefined : new Date(Math.min(...times)),
    packages,
    ...(evidence === undefined
      ? {}
      : {
          protocols: evidence.protocols,
          signer: evidence.signedBy,
          checks: evidence.checks,
          remarks: evidence.remarks,
        }),
  };
}

function digestOf({ hashes }: Archive): string | undefined {
  return hashes.map((hash) => /^zh:([0-9a-f]{64})$/.exec(hash)?.[1]).find((digest) => digest !== undefined);
}
