import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { writeManifest } from '../../src/adapters/bundle/manifest-document.ts';
import type { Sha256 } from '../../src/domain/artifact/sha256.ts';
import {
  type BundledVersion,
  type BundleManifest,
  evidencePaths,
  MANIFEST,
} from '../../src/domain/bundle/manifest.ts';
import { DEFAULT_HOSTNAME, formatAddress } from '../../src/domain/provider/address.ts';
import { formatPlatform } from '../../src/domain/provider/platform.ts';
import { parseVersion } from '../../src/domain/provider/version.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { bytesOf } from './registries.ts';

/** One member of a bundle, free to be spoilt. */
export interface Member {
  readonly name: string;
  readonly bytes: Buffer;
  /** Default: a file. A link leads to what its bytes say. */
  readonly type?: 'file' | 'symlink' | 'link' | 'directory';
}

export function digestOf(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

export interface BundleInput {
  readonly created?: Date;
  readonly base?: BundleManifest['base'];
  readonly before?: BundleManifest['before'];
}

/** The files of a bundle of these releases but for its manifest, and what the manifest says of them. */
export async function bundledReleases(
  releases: readonly SampleRelease[],
): Promise<{ readonly files: readonly Member[]; readonly versions: readonly BundledVersion[] }> {
  const files: Member[] = [];
  const versions: BundledVersion[] = [];
  for (const release of releases) {
    const version = parseVersion(release.version);
    // What Terraform cannot read is never exported.
    if (version === undefined) continue;
    const address = { hostname: DEFAULT_HOSTNAME, namespace: release.namespace, type: release.type };
    const [key] = release.signingKeys;
    const paths = evidencePaths({ address, version });
    files.push(
      { name: paths.shasums, bytes: Buffer.from(release.shasums) },
      { name: paths.signature, bytes: Buffer.from(release.signature) },
      { name: paths.signingKey, bytes: Buffer.from(key?.asciiArmor ?? '') },
    );
    const folder = `mirror/${formatAddress(address)}`;
    const packages = release.packages.map(({ platform, filename, sha256 }) => ({
      platform,
      sha256,
      filename,
      path: `${folder}/terraform-provider-${release.type}_${version.canonical}_${formatPlatform(platform)}.zip`,
    }));
    for (const [index, { contents }] of release.packages.entries()) {
      files.push({
        name: packages[index]?.path ?? '',
        bytes: await bytesOf(contents.read(0, contents.size)),
      });
    }
    const { protocols } = release;
    const shasumsSha256 = digestOf(release.shasums);
    versions.push({ address, version, shasumsSha256, protocols, signedBy: key?.keyId ?? '', packages });
  }
  return { files, versions };
}

/** A manifest that is true to the files. */
export function manifestMember(
  files: readonly Member[],
  versions: readonly BundledVersion[],
  input: BundleInput = {},
): Member {
  const listed = files
    .map(({ name, bytes }) => ({ path: name, size: bytes.length, sha256: digestOf(bytes) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: BundleManifest = {
    toolVersion: '0.0.0-test',
    created: input.created ?? new Date('2026-11-01T00:00:00.000Z'),
    base: input.base,
    files: listed,
    versions,
    before: input.before ?? [],
  };
  return { name: MANIFEST, bytes: Buffer.from(writeManifest(manifest)) };
}

/** A whole and true bundle, manifest first. */
export async function bundleOf(
  releases: readonly SampleRelease[],
  input: BundleInput = {},
): Promise<readonly Member[]> {
  const { files, versions } = await bundledReleases(releases);
  return [manifestMember(files, versions, input), ...files];
}

export async function writeBundleFolder(members: readonly Member[], folder: string): Promise<string> {
  for (const { name, bytes, type } of members) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (type === 'symlink') await symlink(bytes.toString(), path);
    else await writeFile(path, bytes);
  }
  return folder;
}

/** By the library itself, which writes whatever it is given. */
export async function writeBundleTar(members: readonly Member[], path: string): Promise<string> {
  const packing = pack();
  for (const { name, bytes, type = 'file' } of members) {
    if (type === 'file') packing.entry({ name, mtime: new Date(0) }, bytes);
    else packing.entry({ name, type, ...(type === 'directory' ? {} : { linkname: bytes.toString() }) });
  }
  packing.finalize();
  await pipeline(Readable.from(packing), createWriteStream(path));
  return path;
}
