import type { SigningKeys, StoredSigningKey } from '../../ports/signing-keys.ts';
import { type Api, answerInvalid, createApi, type PrivateRegistryOptions } from './api.ts';
import { createOrFind } from './create-or-find.ts';
import { readAllPages } from './listing.ts';
import { changeDenied, organizationNotFound, paths, readOne, requireOrganization } from './resources.ts';
import { page, signingKey, single } from './schema.ts';

/**
 * One organization's signing keys, by the "GPG keys" API of the private registry
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/gpg-keys).
 */
export function createSigningKeys(options: PrivateRegistryOptions): SigningKeys {
  const api = createApi(options);
  const find = (keyId: string) => findKey(api, keyId.toUpperCase());
  return {
    list: () => listKeys(api),
    find,
    add: async ({ keyId, asciiArmor }) => {
      // Looked for first, because nothing says that a registry refuses to hold a key twice.
      if (await find(keyId)) return 'present';
      const target = `the addition of the signing key ${keyId}`;
      const attributes = { namespace: api.organization, 'ascii-armor': asciiArmor };
      const made = await createOrFind(api, {
        path: paths.keys,
        target,
        body: { data: { type: 'gpg-keys', attributes } },
        schema: single(signingKey),
        isThere: async () => (await find(keyId)) !== undefined,
        notFound: async () => {
          await requireOrganization(api);
          return changeDenied(`the signing keys of ${api.organization}`);
        },
      });
      if (made && made.keyId !== keyId.toUpperCase()) {
        throw answerInvalid(target, `the registry calls it ${made.keyId}`);
      }
      return made ? 'added' : 'present';
    },
  };
}

async function listKeys(api: Api): Promise<readonly StoredSigningKey[]> {
  const target = `the signing keys of ${api.organization}`;
  const path = `${paths.keys}?filter%5Bnamespace%5D=${encodeURIComponent(api.organization)}`;
  const listed = await readAllPages(api, path, target, page(signingKey));
  if (!listed) throw organizationNotFound(api);
  return listed
    .filter(({ namespace }) => namespace === api.organization)
    .map(({ keyId, asciiArmor, createdAt }) => ({ keyId, asciiArmor, createdAt }));
}

/** A 404 to the one key also means "not allowed", so that only a readable listing without it makes it absent. */
async function findKey(api: Api, keyId: string): Promise<StoredSigningKey | undefined> {
  const target = `the signing key ${keyId} of ${api.organization}`;
  const found = await readOne(api, paths.key(api, keyId), target, single(signingKey));
  if (!found) return (await listKeys(api)).find((key) => key.keyId === keyId);
  const { asciiArmor, createdAt } = found.data;
  if (found.data.keyId !== keyId) throw answerInvalid(target, `the answer is about ${found.data.keyId}`);
  return { keyId, asciiArmor, createdAt };
}
