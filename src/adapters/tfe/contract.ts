import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import type { PluginProtocol } from '../../domain/provider/release.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { ListedVersion } from '../../domain/retention/listed.ts';
import type { ByteSink, ByteSource } from '../../ports/bytes.ts';
import type { PresentPlatform, PresentProvider } from './plan/present.ts';

/** A provider in the organization's registry, as a listing shows it. */
export interface ListedProvider {
  readonly name: string;
  readonly namespace: string;
  /** `public` entries are mere references to the public registry and are never changed. */
  readonly registryName: 'private' | 'public';
}

/**
 * What the destination needs of one organization's private registry. A private provider is named by its type alone,
 * because its namespace is the organization.
 *
 * Every method throws TokenRejected (401), AccessDenied (403), OrganizationNotFound, DestinationRejected (422
 * that a read does not explain), DestinationUnavailable (retryable) or DestinationResponseInvalid.
 * "Absent" is only what a whole listing does not have, or a 404 on a thing whose parent could be read.
 */
export interface PrivateRegistry {
  readonly organization: string;
  /** What a provider is called in Terraform's `source`: `app.terraform.io/ORG/aws`. */
  sourceAddress(type: string): string;

  /** Every entry, public ones too, all pages. Throws ListingIncomplete when the pages do not add up. */
  listProviders(): Promise<readonly ListedProvider[]>;
  /** Every version of a private provider, all pages. Throws ListingIncomplete likewise; DestinationNotFound when absent. */
  listVersions(type: string): Promise<readonly ListedVersion[]>;
  /**
   * "gone" when there was nothing to delete. A version that is gone after an attempt whose answer was lost counts as
   * deleted. Deletion is permanent.
   */
  deleteVersion(type: string, versionText: string): Promise<'deleted' | 'gone'>;

  /** Throws what a token or an organization makes every other method throw; reads the listing of providers for it. */
  reach(): Promise<void>;
  readProviderVersion(type: string, version: Version): Promise<PresentProvider>;
  /** The platforms alone, as they are now: what the registry shows of the packages sent. Throws DestinationNotFound. */
  readPlatforms(type: string, version: Version): Promise<readonly PresentPlatform[]>;
  /** The three creations find what is already there and leave it: calling twice is the same as once. */
  createProvider(type: string): Promise<void>;
  createVersion(
    type: string,
    version: Version,
    attributes: { readonly keyId: string; readonly protocols: readonly PluginProtocol[] },
  ): Promise<void>;
  createPlatform(
    type: string,
    version: Version,
    attributes: { readonly platform: Platform; readonly filename: string; readonly shasum: Sha256 },
  ): Promise<void>;

  uploadShasums(type: string, version: Version, bytes: Uint8Array): Promise<void>;
  uploadShasumsSignature(type: string, version: Version, bytes: Uint8Array): Promise<void>;
  /** Whenever `send` is called again, it asks for a fresh upload link. */
  packageSink(type: string, version: Version, platform: Platform): ByteSink;
  /** The stored package, for reading back. `open` throws DestinationNotFound when it is not uploaded. */
  storedPackage(type: string, version: Version, platform: Platform): ByteSource;
}
