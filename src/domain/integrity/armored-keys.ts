import { enums, type PublicKey, readKeys } from 'openpgp';
import { OPENPGP_POLICY } from './openpgp-policy.ts';
import { printable } from './untrusted-text.ts';

/** A public key as a registry publishes it beside a package. */
export interface PublishedKey {
  /** The id the registry claims; never trusted, the armor decides. */
  readonly claimedKeyId: string | undefined;
  readonly asciiArmor: string;
  readonly source: string | undefined;
}

export interface ArmoredKey {
  readonly key: PublicKey;
  /**
   * This key alone as one armored block with LF line ends: the publisher's own block where it holds just this key,
   * and otherwise the key armored anew.
   */
  readonly asciiArmor: string;
}

interface ArmoredKeys {
  readonly keys: readonly ArmoredKey[];
  /** Why each block that could not be read was not. */
  readonly problems: readonly string[];
}

/** A key with the id that the registry claims for it. */
export interface ListedKey extends ArmoredKey {
  readonly claimedKeyId: string | undefined;
}

const BLOCK_START = '-----BEGIN PGP ';
const PUBLIC_KEY_HEADER = '-----BEGIN PGP PUBLIC KEY BLOCK-----';
const PUBLIC_KEY_FOOTER = '-----END PGP PUBLIC KEY BLOCK-----';

/** More publishers than a config has; the oldest is given up. */
const MOST_REMEMBERED = 16;
/** HashiCorp's keys have 10,000 characters; what is much longer is read anew. */
const LONGEST_REMEMBERED = 64 * 1024;

/**
 * What was read lately, by its text: all providers of a publisher come with the same keys, and openpgp.js remembers
 * with a key which of its own signatures it has verified.
 */
const remembered = new Map<string, Promise<ArmoredKeys>>();

/**
 * Reads every key of every armored block in `text`. The blocks are taken apart first, because
 * `openpgp.readKeys` stops after the first. Text around the blocks is ignored. Never throws.
 */
export async function readArmoredKeys(text: string): Promise<ArmoredKeys> {
  const known = remembered.get(text);
  if (known !== undefined) return await known;
  const reading = readBlocks(text);
  if (text.length > LONGEST_REMEMBERED) return await reading;
  remembered.set(text, reading);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= MOST_REMEMBERED) break;
    remembered.delete(oldest);
  }
  return await reading;
}

async function readBlocks(text: string): Promise<ArmoredKeys> {
  const [, ...blocks] = text.replace(/\r\n?/g, '\n').split(BLOCK_START);
  if (blocks.length === 0) return { keys: [], problems: ['it holds no armored public key block'] };
  const keys: ArmoredKey[] = [];
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
      return { keys: keys.map((key) => ({ ...key, claimedKeyId })), problems };
    }),
  );
  return { keys: read.flatMap(({ keys }) => keys), problems: read.flatMap(({ problems }) => problems) };
}

async function readBlock(block: string): Promise<readonly ArmoredKey[]> {
  if (!block.startsWith(PUBLIC_KEY_HEADER)) throw new Error('the block is not an armored public key');
  const keys = await readKeys({ armoredKeys: block, config: OPENPGP_POLICY });
  if (keys.some((key) => key.isPrivate())) throw new Error('the block holds a private key');
  const published = keys.length === 1 ? publishedArmor(block) : undefined;
  return keys.map((key) => ({
    key,
    asciiArmor: published ?? key.armor(OPENPGP_POLICY).replaceAll('\r\n', '\n'),
  }));
}

/**
 * The block as it was published, because openpgp.js writes a key's signatures otherwise than it read them. Undefined
 * when it must not go further as it is: without an end, with text in it that would steer a terminal, or with another
 * key that openpgp.js passed over as one it cannot read and other programs may read.
 */
function publishedArmor(block: string): string | undefined {
  const end = block.indexOf(PUBLIC_KEY_FOOTER);
  if (end < 0) return undefined;
  const lines = block.slice(0, end).trimEnd().split('\n');
  if (lines.some((line) => printable(line) !== line)) return undefined;
  const bytes = armoredBytes(lines);
  const tags = bytes && packetTags(bytes);
  const keyTags: readonly number[] = [enums.packet.publicKey, enums.packet.secretKey];
  if (tags?.filter((tag) => keyTags.includes(tag)).length !== 1) return undefined;
  return `${[...lines, PUBLIC_KEY_FOOTER].join('\n')}\n`;
}

/** What a block's lines hold between the headers and the checksum (RFC 9580, 6.2); undefined when it is no Base64. */
function armoredBytes(lines: readonly string[]): Uint8Array | undefined {
  const start = lines.findIndex((line) => line.trim() === '') + 1;
  const body = lines.slice(start);
  const checksum = body.findIndex((line) => line.startsWith('='));
  try {
    const octets = atob(body.slice(0, checksum < 0 ? undefined : checksum).join(''));
    // Not Uint8Array.from, which lists every character first: keys are read for every provider.
    const bytes = new Uint8Array(octets.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = octets.charCodeAt(at);
    return bytes;
  } catch {
    return undefined;
  }
}

/** The tag of each packet (RFC 9580, 4.2); undefined where a length is not definite or does not fit. */
function packetTags(bytes: Uint8Array): readonly number[] | undefined {
  const tags: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = packetHeader(bytes, at);
    if (header === undefined || header.end > bytes.length) return undefined;
    tags.push(header.tag);
    at = header.end;
  }
  return tags;
}

function packetHeader(
  bytes: Uint8Array,
  at: number,
): { readonly tag: number; readonly end: number } | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (first < 0x80) return undefined;
  const number = (start: number, octets: number): number =>
    bytes.subarray(start, start + octets).reduce((sum, octet) => sum * 256 + octet, 0);
  if (first < 0xc0) {
    const octets = [1, 2, 4][first & 3];
    if (octets === undefined) return undefined;
    return { tag: (first >> 2) & 15, end: at + 1 + octets + number(at + 1, octets) };
  }
  const tag = first & 63;
  if (second < 192) return { tag, end: at + 2 + second };
  if (second < 224) return { tag, end: at + 3 + (second - 192) * 256 + third + 192 };
  return second === 255 ? { tag, end: at + 6 + number(at + 2, 4) } : undefined;
}
