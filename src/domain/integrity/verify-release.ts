import { SyncError } from '../errors.ts';
import { formatAddress, type ProviderAddress } from '../provider/address.ts';
import { formatPlatform } from '../provider/platform.ts';
import { toPluginProtocols } from '../provider/protocols.ts';
import type { RegistryPackage, ReleasePackage, VerifiedRelease } from '../provider/release.ts';
import type { Version } from '../provider/version.ts';
import { remarkOnPackageName } from './package-name.ts';
import { isFileName, parseShasums, type Shasums } from './shasums.ts';
import { quote } from './untrusted-text.ts';
import type { IntegrityCheck } from './verdict.ts';
import { type VerifiedSignature, verifyShasumsSignature } from './verify-signature.ts';

export interface ReleaseInput {
  readonly address: ProviderAddress;
  readonly version: Version;
  /** What the public registry says of each platform it was asked for. */
  readonly packages: readonly RegistryPackage[];
  /** Wanted platforms it was not asked for, by the names that SHA256SUMS lists. */
  readonly listed?: readonly Pick<ReleasePackage, 'platform' | 'filename'>[];
  readonly shasums: Uint8Array;
  readonly signature: Uint8Array;
  readonly pinnedKeyId: string | undefined;
  /** Takes packages whose signed names tell of another version, with a remark; refused when absent. */
  readonly allowOtherVersionNames?: boolean | undefined;
  readonly now: Date;
}

/**
 * Proves all that can be proved before package bytes pass, in the reference client's order: every package's
 * line in SHA256SUMS equals the registry's shasum, then the signature over SHA256SUMS is by a key that the
 * registry lists for every package, and by the pinned one. Platforms that disagree on protocols give the union.
 *
 * Throws ShasumsMalformed, ShasumsEntryMissing, ShasumMismatch, UpstreamResponseInvalid (a file name that is
 * none, is given twice, or names another provider or platform), PackageVersionMismatch, the errors of
 * verifyShasumsSignature, and ProtocolsUnsupported.
 */
export async function verifyRelease(input: ReleaseInput): Promise<VerifiedRelease> {
  const { address, version } = input;
  const subject = `${formatAddress(address)} ${version.canonical}`;
  const shasums = parseShasums(input.shasums);
  const asked = input.packages.map((pkg) => matchShasumsLine(pkg, shasums, subject));
  const packages = [...asked, ...(input.listed ?? []).map((pkg) => listedPackage(pkg, shasums, subject))];
  requireOwnFiles(packages, subject);
  const names = packages.map((pkg) => remarkOnPackageName(pkg, address, version, input));
  const { signedBy, checks, remarks, binarySignature } = await verifySignatureForEach(input, subject);
  return {
    id: subject,
    address,
    version,
    protocols: toPluginProtocols([...new Set(input.packages.flatMap((pkg) => pkg.protocols))]),
    files: packages,
    shasums: input.shasums,
    shasumsSignature: binarySignature,
    signingKey: signedBy,
    evidence: {
      checks: [...asked.map(lineCheck), ...checks],
      signedBy,
      remarks: [...remarks, ...names.filter((remark) => remark !== undefined)],
    },
  };
}

function matchShasumsLine(pkg: RegistryPackage, shasums: Shasums, subject: string): ReleasePackage {
  const { platform } = pkg;
  const what = `${subject} for ${formatPlatform(platform)}`;
  const filename = releaseFileName(pkg.filename, what);
  const listed = shasums.entries.get(filename);
  if (listed === undefined) {
    throw new SyncError(
      'ShasumsEntryMissing',
      `SHA256SUMS of ${what} has no line for ${quote(filename)}${starredHint(filename, shasums)}.`,
    );
  }
  if (listed !== pkg.shasum) {
    throw new SyncError(
      'ShasumMismatch',
      `SHA256SUMS of ${what} gives ${filename} the SHA-256 ${listed}, the registry ${pkg.shasum}. ` +
        'The release may have been cut again; nothing was uploaded.',
    );
  }
  return { platform, filename, sha256: listed };
}

function starredHint(filename: string, { entries }: Shasums): string {
  if (!entries.has(`*${filename}`)) return '';
  return `, only one for "*${filename}", as sha256sum --binary writes: Terraform and OpenTofu do not find the file either`;
}

function listedPackage(
  { platform, filename }: Pick<ReleasePackage, 'platform' | 'filename'>,
  shasums: Shasums,
  subject: string,
): ReleasePackage {
  const sha256 = shasums.entries.get(filename);
  if (sha256 !== undefined) return { platform, filename, sha256 };
  throw new SyncError('ShasumsEntryMissing', `SHA256SUMS of ${subject} has no line for ${quote(filename)}.`);
}

/**
 * The registry's `filename` is untrusted. Where it holds a whole URL, as some registries send, its last segment
 * is taken: SHA256SUMS must list exactly that, so nothing is guessed.
 */
function releaseFileName(filename: string, what: string): string {
  const name = /^https?:\/\//i.test(filename) ? lastSegment(filename) : filename;
  if (isFileName(name)) return name;
  // What follows in a URL may be a signature that opens the file.
  const shown = quote(filename.replace(/[?#].*/s, ''));
  throw new SyncError(
    'UpstreamResponseInvalid',
    `The registry calls the package of ${what} ${shown}, which is not a plain file name.`,
  );
}

function lastSegment(url: string): string {
  // Stryker disable next-line StringLiteral: what is no URL has no file name, whatever stands for it.
  return URL.canParse(url) ? (new URL(url).pathname.split('/').at(-1) ?? '') : '';
}

/** One file for two platforms cannot be right, and would hand one of them a package it cannot run. */
function requireOwnFiles(packages: readonly ReleasePackage[], subject: string): void {
  for (const [index, { filename, platform }] of packages.entries()) {
    const earlier = packages.slice(0, index).find((other) => other.filename === filename);
    if (earlier === undefined) continue;
    const platforms = `${formatPlatform(earlier.platform)} and ${formatPlatform(platform)}`;
    throw new SyncError(
      'UpstreamResponseInvalid',
      `The registry gives ${subject} the same file ${quote(filename)} for ${platforms}.`,
    );
  }
}

/** Packages usually list the same keys; where they do not, the signature must hold with each list. */
async function verifySignatureForEach(input: ReleaseInput, subject: string): Promise<VerifiedSignature> {
  const keyLists = new Map(
    input.packages.map(({ signingKeys }) => [JSON.stringify(signingKeys), signingKeys]),
  );
  const [first = [], ...others] = keyLists.values();
  const verified = await verifyShasumsSignature({ ...input, keys: first, subject });
  for (const keys of others) await verifyShasumsSignature({ ...input, keys, subject });
  return verified;
}

function lineCheck({ filename, platform, sha256 }: ReleasePackage): IntegrityCheck {
  return {
    check: 'shasums-line-equals-registry-shasum',
    subject: formatPlatform(platform),
    passed: true,
    detail: `SHA256SUMS and the registry give ${filename} the SHA-256 ${sha256}`,
  };
}
