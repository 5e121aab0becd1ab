import type { Sha256 } from '../artifact/sha256.ts';
import { formatAddress, type ProviderAddress } from '../provider/address.ts';
import { formatPlatform, type Platform } from '../provider/platform.ts';
import type { Version } from '../provider/version.ts';

/** One file of a bundle, the manifest itself and its signature apart. */
export interface BundleFile {
  /** Relative to the bundle, parts separated by `/`: below `mirror/` or `evidence/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: Sha256;
}

/** One package that is held, here or where the bundle goes to. */
interface HeldPackage {
  readonly platform: Platform;
  readonly sha256: Sha256;
}

/** A version as far as a later bundle must know it, to hold only what is new. */
export interface HeldVersion<P extends HeldPackage = HeldPackage> {
  readonly address: ProviderAddress;
  readonly version: Version;
  /** Of the exact bytes of SHA256SUMS: two releases under one version differ in it. */
  readonly shasumsSha256: Sha256;
  readonly packages: readonly P[];
}

export interface BundledPackage extends HeldPackage {
  /** As SHA256SUMS lists it. */
  readonly filename: string;
  /** The file in the bundle. */
  readonly path: string;
}

export interface BundledVersion extends HeldVersion<BundledPackage> {
  /** Plugin protocols: "5.0". */
  readonly protocols: readonly string[];
  /** Id of the primary key that signed, 16 upper-case hex digits. The key itself lies with the evidence. */
  readonly signedBy: string;
}

/** What a bundle says of itself. */
export interface BundleManifest {
  /** Of the program that wrote it. */
  readonly toolVersion: string;
  /** By the clock of the machine that wrote it. Bundles are imported in this order. */
  readonly created: Date;
  /** The bundle that this one continues; undefined when it stands alone. */
  readonly base: { readonly manifestSha256: Sha256; readonly created: Date } | undefined;
  /** Sorted by path. */
  readonly files: readonly BundleFile[];
  readonly versions: readonly BundledVersion[];
  /** What was there before: everything that this bundle leaves out because its base brought it. */
  readonly before: readonly HeldVersion[];
}

/** Where a version's documents lie: SHA256SUMS, its signature, the key that made it, what was found about it. */
export function evidencePaths({
  address,
  version,
}: Pick<HeldVersion, 'address' | 'version'>): Readonly<
  Record<'shasums' | 'signature' | 'signingKey' | 'evidence', string>
> {
  const folder = `evidence/${formatAddress(address)}/${version.canonical}`;
  return {
    shasums: `${folder}/SHA256SUMS`,
    signature: `${folder}/SHA256SUMS.sig`,
    signingKey: `${folder}/signing-key.asc`,
    evidence: `${folder}/evidence.json`,
  };
}

export const MANIFEST = 'manifest.json';
export const MANIFEST_SIGNATURE = 'manifest.json.sig';

/** What is there once the bundle is imported: what a bundle that continues it may leave out. */
export function holdingsAfter({ before, versions }: BundleManifest): readonly HeldVersion[] {
  const held = new Map<string, HeldVersion>();
  for (const each of [...before, ...versions]) {
    const key = `${formatAddress(each.address)} ${each.version.canonical}`;
    const earlier = held.get(key);
    const packages = [...(earlier?.packages ?? []), ...each.packages].map(
      ({ platform, sha256 }) => [formatPlatform(platform), { platform, sha256 }] as const,
    );
    const { address, version, shasumsSha256 } = each;
    held.set(key, { address, version, shasumsSha256, packages: [...new Map(packages).values()] });
  }
  return [...held.values()];
}
