import { createHash } from 'node:crypto';
import type { Platform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import { INDEX_TYPE, MANIFEST_TYPE } from './schema.ts';

/** What OpenTofu demands of the index and of each platform's manifest and descriptor (docs, "OCI mirrors"). */
export const PROVIDER_TYPE = 'application/vnd.opentofu.provider';
export const TARGET_TYPE = 'application/vnd.opentofu.provider-target';
export const ZIP_TYPE = 'archive/zip';

/** Ours: OpenTofu passes over descriptors of a type that it does not know. */
export const EVIDENCE_TYPE = 'application/vnd.provider-sync.release-evidence.v1';
export const SHASUMS_TYPE = 'application/vnd.provider-sync.shasums.v1';
export const SIGNATURE_TYPE = 'application/vnd.provider-sync.shasums-signature.v1';
export const KEY_TYPE = 'application/vnd.provider-sync.signing-key.v1';

const TITLE = 'org.opencontainers.image.title';

/** Something to push: its bytes, and how a manifest or index points to it. */
export interface Content {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export function contentOf(bytes: Uint8Array): Content {
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

/** The config blob of everything that has no config (OCI image specification 1.1, "Guidance for an Empty Descriptor"). */
export const EMPTY_CONFIG = contentOf(new TextEncoder().encode('{}'));

const CONFIG = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: EMPTY_CONFIG.digest,
  size: EMPTY_CONFIG.bytes.length,
};

/**
 * A platform's manifest: the zip as it was signed, so that the layer's digest is its line in SHA256SUMS. The order
 * of members is fixed here and below: the same input gives the same bytes, and so the same digest. `size` in bytes.
 */
export function platformManifest(pkg: ReleasePackage, size: number): Content {
  return serialized({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: TARGET_TYPE,
    config: CONFIG,
    layers: [
      {
        mediaType: ZIP_TYPE,
        digest: `sha256:${pkg.sha256}`,
        size,
        annotations: { [TITLE]: pkg.filename },
      },
    ],
  });
}

/** What an index says of a platform's manifest. */
export function descriptorOf({ os, arch }: Platform, manifest: Content): object {
  return {
    mediaType: MANIFEST_TYPE,
    digest: manifest.digest,
    size: manifest.bytes.length,
    platform: { architecture: arch, os },
    artifactType: TARGET_TYPE,
  };
}

/** What proves a release, as it travels inside the index. */
export interface EvidenceContents {
  /** SHA256SUMS, its signature and the signing key. */
  readonly blobs: readonly Content[];
  readonly manifest: Content;
  readonly descriptor: object;
}

export function evidenceContents(release: VerifiedRelease): EvidenceContents {
  const base = `terraform-provider-${release.address.type}_${release.version.canonical}`;
  const files = [
    { type: SHASUMS_TYPE, title: `${base}_SHA256SUMS`, ...contentOf(release.shasums) },
    { type: SIGNATURE_TYPE, title: `${base}_SHA256SUMS.sig`, ...contentOf(release.shasumsSignature) },
    {
      type: KEY_TYPE,
      title: `${release.signingKey.keyId}.asc`,
      ...contentOf(new TextEncoder().encode(release.signingKey.asciiArmor)),
    },
  ];
  const manifest = serialized({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: EVIDENCE_TYPE,
    config: CONFIG,
    layers: files.map(({ type, title, digest, bytes }) => ({
      mediaType: type,
      digest,
      size: bytes.length,
      annotations: { [TITLE]: title },
    })),
    annotations: { [TITLE]: release.id },
  });
  return {
    blobs: files.map(({ digest, bytes }) => ({ digest, bytes })),
    manifest,
    descriptor: {
      mediaType: MANIFEST_TYPE,
      digest: manifest.digest,
      size: manifest.bytes.length,
      artifactType: EVIDENCE_TYPE,
    },
  };
}

/** A version's index over descriptors, in their order. */
export function providerIndex(descriptors: readonly object[]): Content {
  return serialized({
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    artifactType: PROVIDER_TYPE,
    manifests: descriptors,
  });
}

function serialized(document: object): Content {
  return contentOf(new TextEncoder().encode(JSON.stringify(document)));
}
