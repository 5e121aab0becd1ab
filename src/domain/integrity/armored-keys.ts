import { type PublicKey, readKeys } from 'openpgp';
import type { PublishedKey } from '../provider/release.ts';
import { OPENPGP_POLICY } from './openpgp-policy.ts';

export interface ArmoredKeys {
  readonly keys: readonly PublicKey[];
  /** Why each block that could not be read was not. */
  readonly problems: readonly string[];
}

/** A key with the id that the registry claims for it. */
export interface ListedKey {
  readonly key: PublicKey;
  readonly claimedKeyId: string | undefined;
}

const BLOCK_START = '-----BEGIN PGP ';
const PUBLIC_KEY_HEADER = '-----BEGIN PGP PUBLIC KEY BLOCK-----';

/**
 * Reads every key of every armored block in `text`. The blocks are taken apart first, because
 * `openpgp.readKeys` stops after the first. Text around the blocks is ignored. Never throws.
 */
export async function readArmoredKeys(text: string): Promise<ArmoredKeys> {
  const [, ...blocks] = text.replace(/\r\n?/g, '\n').split(BLOCK_START);
  if (blocks.length === 0) return { keys: [], problems: ['it holds no armored public key block'] };
  const keys: PublicKey[] = [];
  const problems: string[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      keys.push(...(await readBlock(BLOCK_START + block)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(blocks.length === 1 ? reason : `block ${index + 1} of ${blocks.length}: ${reason}`);
    }
  }
  return { keys, problems };
}

/** Every key a registry lists for a package, and why others could not be read. Never throws. */
export async function readListedKeys(
  published: readonly PublishedKey[],
): Promise<{ readonly keys: readonly ListedKey[]; readonly problems: readonly string[] }> {
  const read = await Promise.all(
    published.map(async ({ asciiArmor, claimedKeyId }) => {
      const { keys, problems } = await readArmoredKeys(asciiArmor);
      return { keys: keys.map((key) => ({ key, claimedKeyId })), problems };
    }),
  );
  return { keys: read.flatMap(({ keys }) => keys), problems: read.flatMap(({ problems }) => problems) };
}

async function readBlock(block: string): Promise<readonly PublicKey[]> {
  if (!block.startsWith(PUBLIC_KEY_HEADER)) throw new Error('the block is not an armored public key');
  const keys = await readKeys({ armoredKeys: block, config: OPENPGP_POLICY });
  if (keys.some((key) => key.isPrivate())) throw new Error('the block holds a private key');
  return keys;
}
