import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import type { PluginProtocol } from '../../domain/provider/release.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { ByteSink, ByteSource } from '../../ports/bytes.ts';
import type { PrivateRegistryListing } from '../../ports/private-registry.ts';
import type { PresentPlatform, PresentProvider } from './plan/present.ts';

/**
 * What the destination needs of one organization's private registry. A private provider is named by its type alone,
 * because its namespace is the organization.
 *
 * Every method throws TokenRejected (401), AccessDenied (403), OrganizationNotFound, DestinationRejected (422
 * that a read does not explain), DestinationUnavailable (retryable) or DestinationResponseInvalid.
 * "Absent" is only what a whole listing does not have, or a 404 on a thing whose parent could be read.
 */
export interface PrivateRegistry extends PrivateRegistryListing {
  /** What a provider is called in Terraform's `source`: `app.terraform.io/ORG/aws`. */
  sourceAddress(type: string): string;

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
