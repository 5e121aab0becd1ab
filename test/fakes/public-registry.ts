import { createHash } from 'node:crypto';
import { parseSha256, type Sha256 } from '../../src/domain/artifact/sha256.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { PublishedKey } from '../../src/domain/integrity/armored-keys.ts';
import { formatAddress, type ProviderAddress } from '../../src/domain/provider/address.ts';
import { formatPlatform, type Platform } from '../../src/domain/provider/platform.ts';
import type { RegistryPackage } from '../../src/domain/provider/release.ts';
import { parseVersion, type Version } from '../../src/domain/provider/version.ts';
import type { ByteSource, ResumePoint } from '../../src/ports/bytes.ts';
import type { PublicRegistry } from '../../src/ports/public-registry.ts';

interface FakePackage {
  readonly platform: Platform;
  readonly filename: string;
  readonly bytes: Uint8Array;
}

/** A release as its publisher made it: everything in it fits together. */
export interface FakeRelease {
  readonly address: ProviderAddress;
  /** As the registry lists it. */
  readonly version: string;
  readonly protocols: readonly string[];
  readonly packages: readonly FakePackage[];
  readonly shasums: Uint8Array;
  readonly shasumsSignature: Uint8Array;
  readonly signingKeys: readonly PublishedKey[];
}

/** What can be wrong with a release on its way from publisher to reader. */
export type PublicFault =
  | { readonly kind: 'flipped-byte'; readonly platform: string }
  /** The file ends 16 bytes early and the server thinks that this is all. */
  | { readonly kind: 'truncated'; readonly platform: string }
  /** The first `times` downloads break in the middle; a resumed one goes on. */
  | { readonly kind: 'breaks'; readonly platform: string; readonly times: number }
  | { readonly kind: 'wrong-registry-shasum'; readonly platform: string }
  /** SHA256SUMS names another digest for the package than the registry does. */
  | { readonly kind: 'wrong-sums'; readonly platform: string }
  /** The registry lists these keys instead of the one that signed. */
  | { readonly kind: 'other-keys'; readonly keys: readonly PublishedKey[] }
  | { readonly kind: 'bad-signature' }
  /** SHA256SUMS was changed after it was signed, in a line that no package needs. */
  | { readonly kind: 'changed-sums' }
  | { readonly kind: 'missing-platform'; readonly platform: string }
  | { readonly kind: 'missing-package'; readonly platform: string }
  | { readonly kind: 'missing-shasums' }
  | { readonly kind: 'missing-signature' }
  | { readonly kind: 'unavailable' };

export interface FakePublicRegistry extends PublicRegistry {
  add(release: FakeRelease): void;
  /** Spoils one release; faults add up until `mend`. */
  tamper(address: ProviderAddress, version: string, fault: PublicFault): void;
  mend(): void;
  /** File names of packages whose download was opened, in order. */
  readonly downloads: readonly string[];
}

interface StoredRelease {
  readonly release: FakeRelease;
  readonly faults: PublicFault[];
}

const CHUNK = 4096;

export function createFakePublicRegistry(releases: readonly FakeRelease[] = []): FakePublicRegistry {
  const stored: StoredRelease[] = releases.map((release) => ({ release, faults: [] }));
  const downloads: string[] = [];

  const ofProvider = (address: ProviderAddress): readonly StoredRelease[] => {
    const name = formatAddress(address);
    const found = stored.filter(({ release }) => formatAddress(release.address) === name);
    if (found.length === 0) throw new SyncError('ProviderNotFound', `${name} is not in its public registry.`);
    return found;
  };
  const byUrl = (url: string): StoredRelease => {
    const found = stored.find(({ release }) => url.startsWith(`${baseUrl(release)}/`));
    if (!found) throw new SyncError('ReleaseFileMissing', `The public registry does not have ${url}.`);
    refuseWhenUnavailable(found);
    return found;
  };

  return {
    downloads,
    add: (release) => void stored.push({ release, faults: [] }),
    tamper: (address, version, fault) => void releaseOf(ofProvider(address), version).faults.push(fault),
    mend: () => {
      for (const { faults } of stored) faults.length = 0;
    },
    listVersions: async (address) => {
      const found = ofProvider(address);
      for (const one of found) refuseWhenUnavailable(one);
      return found.flatMap(({ release }) => {
        const version = parseVersion(release.version);
        if (version === undefined) return [];
        const platforms = release.packages.map((pkg) => pkg.platform);
        return [{ version, protocols: release.protocols, platforms }];
      });
    },
    readPackage: async (address, version, platform) =>
      describePackage(releaseOf(ofProvider(address), version.text), version, platform),
    readShasums: async (pkg) => readSumsFiles(byUrl(pkg.shasumsUrl), pkg),
    packageSource: (pkg) => packageSource(pkg, byUrl, downloads),
  };
}

/** A registry knows a version only as it lists it: "1.0" is not found as "1.0.0". */
function releaseOf(found: readonly StoredRelease[], text: string): StoredRelease {
  const match = found.find(({ release }) => release.version === text);
  if (!match) throw new SyncError('PlatformNotFound', `The public registry has no version ${text}.`);
  return match;
}

function refuseWhenUnavailable({ release, faults }: StoredRelease): void {
  if (faults.some(({ kind }) => kind === 'unavailable')) {
    throw new SyncError('UpstreamUnavailable', `${release.address.hostname} answered 503.`);
  }
}

function baseUrl(release: FakeRelease): string {
  return `https://${formatAddress(release.address)}/${release.version}`;
}

/** The fault of this kind that is about the whole release or about this platform. */
function faultOf<K extends PublicFault['kind']>(
  { faults }: StoredRelease,
  kind: K,
  platform?: string,
): Extract<PublicFault, { kind: K }> | undefined {
  return faults.find(
    (fault): fault is Extract<PublicFault, { kind: K }> =>
      fault.kind === kind && (!('platform' in fault) || fault.platform === platform),
  );
}

function describePackage(stored: StoredRelease, version: Version, platform: Platform): RegistryPackage {
  refuseWhenUnavailable(stored);
  const { release } = stored;
  const key = formatPlatform(platform);
  const pkg = release.packages.find((candidate) => formatPlatform(candidate.platform) === key);
  if (!pkg || faultOf(stored, 'missing-platform', key)) {
    const name = `${formatAddress(release.address)} ${version.text}`;
    throw new SyncError('PlatformNotFound', `${name} has no package for ${key}.`);
  }
  const url = baseUrl(release);
  return {
    platform: pkg.platform,
    filename: pkg.filename,
    shasum: faultOf(stored, 'wrong-registry-shasum', key) ? sha256(new Uint8Array(1)) : sha256(pkg.bytes),
    protocols: release.protocols,
    downloadUrl: `${url}/${pkg.filename}`,
    shasumsUrl: `${url}/SHA256SUMS`,
    shasumsSignatureUrl: `${url}/SHA256SUMS.sig`,
    signingKeys: faultOf(stored, 'other-keys')?.keys ?? release.signingKeys,
  };
}

function readSumsFiles(
  stored: StoredRelease,
  pkg: RegistryPackage,
): { shasums: Uint8Array; signature: Uint8Array } {
  const { release, faults } = stored;
  const files = [
    { url: pkg.shasumsUrl, name: 'SHA256SUMS', fault: 'missing-shasums' },
    { url: pkg.shasumsSignatureUrl, name: 'SHA256SUMS.sig', fault: 'missing-signature' },
  ] as const;
  for (const { url, name, fault } of files) {
    if (url === `${baseUrl(release)}/${name}` && !faultOf(stored, fault)) continue;
    throw new SyncError('ReleaseFileMissing', `${url} answered 404.`);
  }
  let text = new TextDecoder().decode(release.shasums);
  for (const fault of faults) {
    if (fault.kind === 'changed-sums') text = `${'0'.repeat(64)}  unrelated.txt\n${text}`;
    if (fault.kind !== 'wrong-sums') continue;
    const pkg = release.packages.find(({ platform }) => formatPlatform(platform) === fault.platform);
    if (pkg) text = text.replace(sha256(pkg.bytes), sha256(new Uint8Array(2)));
  }
  const signature = faultOf(stored, 'bad-signature')
    ? flipped(release.shasumsSignature, release.shasumsSignature.length - 8)
    : release.shasumsSignature;
  return { shasums: new TextEncoder().encode(text), signature };
}

function packageSource(
  pkg: RegistryPackage,
  byUrl: (url: string) => StoredRelease,
  downloads: string[],
): ByteSource {
  const key = formatPlatform(pkg.platform);
  return {
    name: pkg.filename,
    open: async (resume) => {
      const stored = byUrl(pkg.downloadUrl);
      const file = stored.release.packages.find(
        ({ filename }) => `${baseUrl(stored.release)}/${filename}` === pkg.downloadUrl,
      );
      if (!file || faultOf(stored, 'missing-package', key)) {
        throw new SyncError('ReleaseFileMissing', `${pkg.filename} answered 404.`);
      }
      downloads.push(file.filename);
      const bytes = spoiled(stored, key, file.bytes);
      const etag = `"${sha256(bytes).slice(0, 16)}"`;
      const offset = resumeOffset(resume, etag, bytes);
      const breakAt = takeBreak(stored, key) ? offset + Math.floor((bytes.length - offset) / 2) : undefined;
      return { size: bytes.length, etag, offset, body: chunks(bytes, offset, breakAt) };
    },
  };
}

function resumeOffset(resume: ResumePoint | undefined, etag: string, bytes: Uint8Array): number {
  return resume !== undefined && resume.etag === etag && resume.offset < bytes.length ? resume.offset : 0;
}

function spoiled(stored: StoredRelease, key: string, bytes: Uint8Array): Uint8Array {
  if (faultOf(stored, 'truncated', key)) return bytes.subarray(0, Math.max(0, bytes.length - 16));
  if (faultOf(stored, 'flipped-byte', key)) return flipped(bytes, Math.floor(bytes.length / 2));
  return bytes;
}

function takeBreak(stored: StoredRelease, key: string): boolean {
  const fault = faultOf(stored, 'breaks', key);
  if (!fault) return false;
  stored.faults.splice(stored.faults.indexOf(fault), 1);
  if (fault.times > 1) stored.faults.push({ ...fault, times: fault.times - 1 });
  return true;
}

async function* chunks(
  bytes: Uint8Array,
  offset: number,
  breakAt: number | undefined,
): AsyncGenerator<Uint8Array> {
  const end = breakAt ?? bytes.length;
  for (let at = offset; at < end; at += CHUNK) yield bytes.slice(at, Math.min(end, at + CHUNK));
  if (breakAt !== undefined) {
    throw new SyncError('UpstreamUnavailable', `The download broke off after ${breakAt} bytes.`);
  }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function sha256(bytes: Uint8Array): Sha256 {
  const digest = parseSha256(createHash('sha256').update(bytes).digest('hex'));
  if (digest === undefined) throw new Error('A SHA-256 digest is 64 hex digits.');
  return digest;
}
