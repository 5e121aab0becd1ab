import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import { contentsOf, type PackageContents, sha256Of, zipContents } from './package-contents.ts';
import type { SampleSigningKey } from './signing-key.ts';

export interface SamplePackage {
  readonly platform: Platform;
  readonly filename: string;
  /** What the registry says; a test may make it a lie. */
  readonly sha256: Sha256;
  readonly contents: PackageContents;
}

/** A release of a provider as its publisher would put it on a server: plain data, free to be spoilt by a test. */
export interface SampleRelease {
  readonly namespace: string;
  readonly type: string;
  readonly version: string;
  readonly protocols: readonly string[];
  readonly packages: readonly SamplePackage[];
  readonly shasums: Uint8Array;
  readonly signature: Uint8Array;
  /** With the key's short id in it, as HashiCorp names it. */
  readonly signatureFilename: string;
  readonly signingKeys: readonly Pick<SampleSigningKey, 'keyId' | 'asciiArmor'>[];
  /** How the registry writes this release's links. */
  readonly urls: 'absolute' | 'relative';
}

export interface SampleReleaseInput {
  readonly namespace: string;
  readonly type: string;
  readonly version: string;
  readonly platforms: readonly Platform[];
  readonly protocols?: readonly string[];
  readonly key: SampleSigningKey;
  /** A small zip with a script, when it is not given. */
  readonly contents?: (platform: Platform) => PackageContents;
  readonly urls?: 'absolute' | 'relative';
}

/** Packages, SHA256SUMS over all of them and the manifest, and a signature: all true to each other. */
export async function makeSampleRelease(input: SampleReleaseInput): Promise<SampleRelease> {
  const { namespace, type, version, key } = input;
  const protocols = input.protocols ?? ['5.0'];
  const contentsFor = input.contents ?? ((platform) => zipContents(type, version, platform));
  const packages: SamplePackage[] = [];
  for (const platform of input.platforms) {
    const contents = contentsFor(platform);
    const filename = `${baseName(type, version)}_${formatPlatform(platform)}.zip`;
    packages.push({ platform, filename, contents, sha256: await sha256Of(contents) });
  }
  const lines = packages.map(({ filename, sha256 }) => `${sha256}  ${filename}\n`);
  const manifest = contentsOf(manifestBytes(protocols));
  lines.push(`${await sha256Of(manifest)}  ${baseName(type, version)}_manifest.json\n`);
  const shasums = new TextEncoder().encode(lines.join(''));
  return {
    namespace,
    type,
    version,
    protocols,
    packages,
    shasums,
    signature: await key.sign(shasums),
    signatureFilename: `${shasumsFilename(type, version)}.${key.signingKeyId.slice(-8)}.sig`,
    signingKeys: [{ keyId: key.keyId, asciiArmor: key.asciiArmor }],
    urls: input.urls ?? 'relative',
  };
}

export function shasumsFilename(type: string, version: string): string {
  return `${baseName(type, version)}_SHA256SUMS`;
}

/** `terraform-registry-manifest.json`, which publishers list in SHA256SUMS under the release's name. */
function manifestBytes(protocols: readonly string[]): Uint8Array {
  const manifest = { version: 1, metadata: { protocol_versions: protocols } };
  return new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

function baseName(type: string, version: string): string {
  return `terraform-provider-${type}_${version}`;
}
