import type { SigningKeys, StoredSigningKey } from '../../ports/signing-keys.ts';
import { type Api, answerInvalid, createApi, type PrivateRegistryOptions } from './api.ts';
import { createOrFind } from './create-or-find.ts';
import { isDoubtful, readAllPages } from './listing.ts';
import { type ReadOnce, readOnce } from './read-once.ts';
import { changeDenied, organizationNotFound, paths, readOne, requireOrganization } from './resources.ts';
import { signingKeyAnswer, signingKeyPage } from './schema.ts';

/**
 * One organization's signing keys, by the "GPG keys" API of the private registry
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/gpg-keys).
 *
 * `find` and `add` answer from one listing, read when it is first needed and again when the registry contradicts
 * it; an instance serves one run.
 */
export function createSigningKeys(options: PrivateRegistryOptions): SigningKeys {
  const api = createApi(options);
  const listing = readOnce(() => listKeys(api));
  const added = new Map<string, StoredSigningKey>();
  const adding = new Map<string, Promise<'added' | 'present'>>();

  const find = async (keyId: string) =>
    added.get(keyId) ??
    (options.lookup === 'single' ? await readKey(api, keyId) : undefined) ??
    (await findKey(api, listing, keyId));
  const add = async (keyId: string, asciiArmor: string): Promise<'added' | 'present'> => {
    // Looked for first, because nothing says that a registry refuses to hold a key twice.
    if (await find(keyId)) return 'present';
    const made = await createKey(api, keyId, asciiArmor, async () => {
      listing.forget();
      return (await find(keyId)) !== undefined;
    });
    if (!made) return 'present';
    added.set(keyId, made);
    return 'added';
  };
  return {
    list: () => listKeys(api),
    find: (keyId) => find(keyId.toUpperCase()),
    add: async (key) => {
      const keyId = key.keyId.toUpperCase();
      const underWay = adding.get(keyId);
      if (underWay) {
        await underWay;
        return 'present';
      }
      const own = add(keyId, key.asciiArmor).finally(() => adding.delete(keyId));
      adding.set(keyId, own);
      return await own;
    },
  };
}

/** Undefined when it was there. */
async function createKey(
  api: Api,
  keyId: string,
  asciiArmor: string,
  isThere: () => Promise<boolean>,
): Promise<StoredSigningKey | undefined> {
  const target = `the addition of the signing key ${keyId}`;
  const attributes = { namespace: api.organization, 'ascii-armor': asciiArmor };
  const made = await createOrFind(api, {
    path: paths.keys,
    target,
    body: { data: { type: 'gpg-keys', attributes } },
    schema: signingKeyAnswer,
    isThere,
    notFound: async () => {
      await requireOrganization(api);
      return changeDenied(`the signing keys of ${api.organization}`);
    },
  });
  if (made && made.data.keyId !== keyId) {
    throw answerInvalid(target, `the registry calls it ${made.data.keyId}`);
  }
  return made && storedKey(made.data);
}

async function listKeys(api: Api): Promise<readonly StoredSigningKey[]> {
  const target = `the signing keys of ${api.organization}`;
  const path = `${paths.keys}?filter%5Bnamespace%5D=${encodeURIComponent(api.organization)}`;
  const listed = await readAllPages(api, path, target, signingKeyPage);
  if (!listed) throw organizationNotFound(api);
  // The case of an organization's name does not tell it from another.
  const own = api.organization.toLowerCase();
  return listed.filter(({ namespace }) => namespace.toLowerCase() === own).map(storedKey);
}

/** Only a listing that is readable and adds up makes a key absent; a key that can be read by itself is there. */
async function findKey(
  api: Api,
  listing: ReadOnce<readonly StoredSigningKey[]>,
  keyId: string,
): Promise<StoredSigningKey | undefined> {
  try {
    return (await listing.get()).find((key) => key.keyId === keyId);
  } catch (error) {
    if (!isDoubtful(error)) throw error;
    const found = await readKey(api, keyId);
    if (!found) throw error;
    return found;
  }
}

/** Undefined on 404, which may also mean that the token may not see it. */
async function readKey(api: Api, keyId: string): Promise<StoredSigningKey | undefined> {
  const target = `the signing key ${keyId} of ${api.organization}`;
  const found = await readOne(api, paths.key(api, keyId), target, signingKeyAnswer);
  if (!found) return undefined;
  if (found.data.keyId !== keyId) throw answerInvalid(target, `the answer is about ${found.data.keyId}`);
  return storedKey(found.data);
}

function storedKey({ keyId, asciiArmor, createdAt }: StoredSigningKey): StoredSigningKey {
  return { keyId, asciiArmor, createdAt };
}
