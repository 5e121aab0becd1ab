import { SyncError } from '../../domain/errors.ts';
import {
  HASHICORP_KEY_ID,
  readSigningKeys,
  type SigningKeyInfo,
} from '../../domain/integrity/signing-key.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import { parseRequestedVersion } from '../../domain/provider/requested-version.ts';
import { resolveVersion } from '../../domain/provider/resolve.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { SigningKeys, StoredSigningKey } from '../../ports/signing-keys.ts';

/** One organization and its keys. */
export interface SigningKeyPorts {
  readonly organization: string;
  readonly signingKeys: SigningKeys;
}

/** The organization's signing keys, read: what each armored key says of itself. */
export async function listSigningKeys(
  ports: Pick<SigningKeyPorts, 'signingKeys'>,
): Promise<readonly SigningKeyInfo[]> {
  const stored = await ports.signingKeys.list();
  return (await Promise.all(stored.map(readStored))).flat();
}

/** One of the organization's signing keys. Throws DestinationNotFound when the organization has none of that id. */
export async function showSigningKey(ports: SigningKeyPorts, keyId: string): Promise<SigningKeyInfo> {
  const wanted = keyId.toUpperCase().slice(-16);
  const stored = await ports.signingKeys.find(wanted);
  const [key] = stored === undefined ? [] : await readStored(stored);
  if (key !== undefined) return key;
  const builtIn =
    wanted === HASHICORP_KEY_ID ? ' It is HashiCorp’s own key, which is built in and need not be added.' : '';
  throw new SyncError(
    'DestinationNotFound',
    `Organization ${ports.organization} has no signing key ${wanted}.${builtIn} "keys list" shows what it has.`,
  );
}

/** Adds every key of an armored text to the organization, or none. Throws SigningKeyRevoked, SigningKeyMalformed and the port's errors. */
export async function addSigningKey(
  ports: Pick<SigningKeyPorts, 'signingKeys'>,
  asciiArmor: string,
): Promise<readonly { readonly key: SigningKeyInfo; readonly outcome: 'added' | 'present' }[]> {
  const added: { key: SigningKeyInfo; outcome: 'added' | 'present' }[] = [];
  const keys = await readSigningKeys(asciiArmor);
  const revoked = keys.filter((key) => key.revoked).map(({ keyId }) => keyId);
  if (revoked.length > 0) {
    throw new SyncError(
      'SigningKeyRevoked',
      `Key ${revoked.join(', ')} is revoked by its owner; no key was added. Take it out of the text.`,
    );
  }
  for (const key of keys) {
    added.push({ key, outcome: await ports.signingKeys.add(key) });
  }
  return added;
}

/**
 * The keys the public registry lists beside a provider's packages, for a person to compare before pinning one.
 * `requested` as in the config; the newest stable version when absent.
 */
export async function fetchSigningKeys(
  ports: { readonly publicRegistry: PublicRegistry },
  address: ProviderAddress,
  requested?: string,
): Promise<{ readonly version: string; readonly keys: readonly SigningKeyInfo[] }> {
  const parsed = parseRequestedVersion(requested);
  if ('problem' in parsed) throw new SyncError('ArgumentsInvalid', `--version: ${parsed.problem}`);
  const found = resolveVersion(parsed.requested, await ports.publicRegistry.listVersions(address));
  const [platform] = found?.platforms ?? [];
  if (found === undefined || platform === undefined) {
    throw new SyncError(
      'VersionNotFound',
      `${formatAddress(address)} has no version that matches "${parsed.requested.text}".`,
    );
  }
  const keys = await publishedKeys(ports, address, found.version, platform);
  return { version: found.version.text, keys };
}

async function publishedKeys(
  ports: { readonly publicRegistry: PublicRegistry },
  address: ProviderAddress,
  version: Parameters<PublicRegistry['readPackage']>[1],
  platform: Platform,
): Promise<readonly SigningKeyInfo[]> {
  const { signingKeys } = await ports.publicRegistry.readPackage(address, version, platform);
  return (await Promise.all(signingKeys.map((key) => readSigningKeys(key.asciiArmor)))).flat();
}

async function readStored(stored: StoredSigningKey): Promise<readonly SigningKeyInfo[]> {
  return await readSigningKeys(stored.asciiArmor);
}
