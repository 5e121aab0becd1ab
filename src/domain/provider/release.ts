import type { Artifact, ArtifactFile } from '../artifact/artifact.ts';
import type { Sha256 } from '../artifact/sha256.ts';
import type { PublishedKey } from '../integrity/armored-keys.ts';
import type { SigningKeyInfo } from '../integrity/signing-key.ts';
import type { IntegrityVerdict } from '../integrity/verdict.ts';
import type { ProviderAddress } from './address.ts';
import type { Platform } from './platform.ts';
import type { Version } from './version.ts';

/** A version that a registry lists, before anything about it is proved. */
export interface AvailableVersion {
  readonly version: Version;
  /** Plugin protocol versions as the registry writes them ("5.0", "5.1", …). */
  readonly protocols: readonly string[];
  readonly platforms: readonly Platform[];
}

/** What a public registry says of one package (the zip for one platform). URLs are absolute http(s). */
export interface RegistryPackage {
  readonly platform: Platform;
  readonly filename: string;
  readonly shasum: Sha256;
  readonly protocols: readonly string[];
  readonly downloadUrl: string;
  readonly shasumsUrl: string;
  readonly shasumsSignatureUrl: string;
  readonly signingKeys: readonly PublishedKey[];
}

/** One package of a release whose SHA256SUMS line equals the registry's shasum. */
export interface ReleasePackage extends ArtifactFile {
  readonly platform: Platform;
}

/**
 * A release whose SHA256SUMS is signed by `signingKey` and lists every package below:
 * all that can be proved before package bytes pass.
 */
export interface VerifiedRelease<P extends ReleasePackage = ReleasePackage> extends Artifact<P> {
  readonly address: ProviderAddress;
  readonly version: Version;
  /** As HCP Terraform accepts them: one or more of "4.0", "5.0", "6.0". */
  readonly protocols: readonly PluginProtocol[];
  /** The exact bytes that were signed. */
  readonly shasums: Uint8Array;
  readonly shasumsSignature: Uint8Array;
  readonly signingKey: SigningKeyInfo;
  readonly evidence: IntegrityVerdict;
}

export type PluginProtocol = '4.0' | '5.0' | '6.0';
