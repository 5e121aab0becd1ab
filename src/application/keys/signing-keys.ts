import { SyncError, toSyncError } from '../../domain/errors.ts';
import { compareKeyForms, type KeyFormComparison } from '../../domain/integrity/key-forms.ts';
import {
  HASHICORP_KEY_ID,
  readSigningKeys,
  type SigningKeyInfo,
} from '../../domain/integrity/signing-key.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { parseRequestedVersion } from '../../domain/provider/requested-version.ts';
import { resolveVersion } from '../../domain/provider/resolve.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';

/** One organization and its keys. */
export interface SigningKeyPorts {
  readonly organization: string;
  readonly signingKeys: SigningKeys;
}

/** An armored text of which nothing more can be said than the id that a registry gives it. */
interface UnreadableKey {
  readonly keyId: string;
  readonly problem: string;
}

export interface KeyListing {
  readonly keys: readonly SigningKeyInfo[];
  readonly unreadable: readonly UnreadableKey[];
}

/** The organization's signing keys: what each armored key says of itself, and which cannot be read. */
export async function listSigningKeys({
  signingKeys,
}: Pick<SigningKeyPorts, 'signingKeys'>): Promise<KeyListing> {
  return await readAll(await signingKeys.list());
}

/** One key that cannot be read hides no other. */
async function readAll(
  armored: readonly { readonly keyId: string; readonly asciiArmor: string }[],
): Promise<KeyListing> {
  const read = await Promise.all(
    armored.map(async ({ keyId, asciiArmor }): Promise<KeyListing> => {
      try {
        return { keys: await readSigningKeys(asciiArmor), unreadable: [] };
      } catch (error) {
        return { keys: [], unreadable: [{ keyId, problem: toSyncError(error).message }] };
      }
    }),
  );
  return {
    keys: read.flatMap(({ keys }) => keys),
    unreadable: read.flatMap(({ unreadable }) => unreadable),
  };
}

/** One of the organization's signing keys. Throws DestinationNotFound when the organization has none of that id. */
export async function showSigningKey(ports: SigningKeyPorts, keyId: string): Promise<SigningKeyInfo> {
  const wanted = keyId.toUpperCase().slice(-16);
  const stored = await ports.signingKeys.find(wanted);
  const [key] = stored === undefined ? [] : await readSigningKeys(stored.asciiArmor);
  if (key !== undefined) return key;
  const builtIn =
    wanted === HASHICORP_KEY_ID ? ' It is HashiCorp’s own key, which is built in and need not be added.' : '';
  throw new SyncError(
    'DestinationNotFound',
    `Organization ${ports.organization} has no signing key ${wanted}.${builtIn} "keys list" shows what it has.`,
  );
}

export interface AddedKey {
  readonly key: SigningKeyInfo;
  readonly outcome: 'added' | 'present';
  /** Of a key that was there: the form that the organization has, and keeps. Undefined when that cannot be read. */
  readonly stored?: OrganizationForm | undefined;
}

/** Adds every key of an armored text to the organization, or none. Throws SigningKeyRevoked, SigningKeyMalformed and the port's errors. */
export async function addSigningKey(
  ports: Pick<SigningKeyPorts, 'signingKeys'>,
  asciiArmor: string,
): Promise<readonly AddedKey[]> {
  const added: AddedKey[] = [];
  const keys = await readSigningKeys(asciiArmor);
  const revoked = keys.filter((key) => key.revoked).map(({ keyId }) => keyId);
  if (revoked.length > 0) {
    throw new SyncError(
      'SigningKeyRevoked',
      `Key ${revoked.join(', ')} is revoked by its owner; no key was added. Take it out of the text.`,
    );
  }
  for (const key of keys) {
    const outcome = await ports.signingKeys.add(key);
    const present =
      outcome === 'present' ? (await organizationForms(ports, [key])).get(key.keyId) : undefined;
    added.push({ key, outcome, stored: present });
  }
  return added;
}

/**
 * The keys the public registry lists beside a provider's packages, for a person to compare before pinning one.
 * `requested` as in the config; the newest stable version when absent.
 */
export async function fetchSigningKeys(
  { publicRegistry }: { readonly publicRegistry: Pick<PublicRegistry, 'listVersions' | 'readPackage'> },
  address: ProviderAddress,
  requested?: string,
): Promise<KeyListing & { readonly version: string }> {
  const parsed = parseRequestedVersion(requested);
  if ('problem' in parsed) throw new SyncError('ArgumentsInvalid', `--version: ${parsed.problem}`);
  const found = resolveVersion(parsed.requested, await publicRegistry.listVersions(address));
  const [platform] = found?.platforms ?? [];
  if (found === undefined || platform === undefined) {
    throw new SyncError(
      'VersionNotFound',
      `${formatAddress(address)} has no version that matches "${parsed.requested.text}".`,
    );
  }
  const { signingKeys } = await publicRegistry.readPackage(address, found.version, platform);
  const published = signingKeys.map(({ asciiArmor, claimedKeyId = 'without an id' }) => ({
    asciiArmor,
    keyId: claimedKeyId,
  }));
  return { version: found.version.text, ...(await readAll(published)) };
}

/** The organization's form of a key, and how it relates to the one that a publisher lists. */
export interface OrganizationForm extends KeyFormComparison {
  readonly key: SigningKeyInfo;
}

/**
 * The organization's forms of the keys that a publisher lists, by key id. What the organization does not have, or has
 * in a form that cannot be read, is left out.
 */
export async function organizationForms(
  ports: Pick<SigningKeyPorts, 'signingKeys'>,
  published: readonly SigningKeyInfo[],
): Promise<ReadonlyMap<string, OrganizationForm>> {
  const { keys } = await listSigningKeys(ports);
  const pairs = published.flatMap((wanted) =>
    keys
      .filter(({ keyId }) => keyId === wanted.keyId)
      .map((key) => [wanted.keyId, { key, ...compareKeyForms(key, wanted) }] as const),
  );
  return new Map(pairs);
}
