import type * as z from 'zod';
import type { BundleManifest, HeldVersion } from '../../domain/bundle/manifest.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import { bundleInvalid } from './refusal.ts';
import { manifestDocument, toManifest } from './schema.ts';

/** Enough for 100,000 files. */
export const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** `manifest.json`, the same bytes for the same manifest. */
export function writeManifest(manifest: BundleManifest): Uint8Array {
  const held = ({ address, version, shasumsSha256 }: HeldVersion) => ({
    address: formatAddress(address),
    version: version.text,
    shasumsSha256,
  });
  const { toolVersion, created, base, files, versions, before } = manifest;
  const document: z.input<typeof manifestDocument> = {
    format: 'terraform-provider-synchronizer/bundle',
    formatVersion: 1,
    toolVersion,
    created: created.toISOString(),
    base:
      base === undefined
        ? null
        : { manifestSha256: base.manifestSha256, created: base.created.toISOString() },
    files: [...files],
    versions: versions.map((each) => ({
      ...held(each),
      protocols: [...each.protocols],
      signedBy: each.signedBy,
      packages: each.packages.map((pkg) => ({ ...pkg, platform: formatPlatform(pkg.platform) })),
    })),
    before: before.map((each) => ({
      ...held(each),
      packages: each.packages.map((pkg) => ({ ...pkg, platform: formatPlatform(pkg.platform) })),
    })),
  };
  return new TextEncoder().encode(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Throws BundleInvalid, naming the first thing that is wrong. */
export function readManifest(bytes: Uint8Array, location: string): BundleManifest {
  const { data, error } = manifestDocument.safeParse(readJson(bytes, location));
  if (error !== undefined) {
    const [issue] = error.issues;
    const place = ['$', ...(issue?.path ?? []).map(String)].join('.');
    throw bundleInvalid(
      location,
      `its manifest.json cannot be read: ${quote(place)} ${issue?.message ?? ''}`,
      error,
    );
  }
  const manifest = toManifest(data);
  requireConsistent(manifest, location);
  return manifest;
}

function readJson(bytes: Uint8Array, location: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw bundleInvalid(location, 'its manifest.json is no JSON', cause);
  }
}

function requireConsistent(manifest: BundleManifest, location: string): void {
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  if (files.size !== manifest.files.length) {
    throw bundleInvalid(location, 'its manifest.json lists a file twice');
  }
  const names = new Set<string>();
  for (const { address, version, packages } of manifest.versions) {
    const name = `${formatAddress(address)} ${version.canonical}`;
    if (names.has(name)) throw bundleInvalid(location, `its manifest.json lists ${name} twice`);
    names.add(name);
    for (const { path, sha256, platform } of packages) {
      if (files.get(path)?.sha256 === sha256) continue;
      throw bundleInvalid(
        location,
        `its manifest.json gives the package ${formatPlatform(platform)} of ${name} another digest than its file`,
      );
    }
  }
}
