import { verifyShasumsSignature } from '../../src/domain/integrity/verify-signature.ts';
import { formatAddress, type ProviderAddress } from '../../src/domain/provider/address.ts';
import { sha256Hex } from './client-lines.ts';

/** Gives what lies under a key of a mirror, as a web server would; undefined for 404. */
export type ReadKey = (key: string) => Promise<Uint8Array | undefined>;

/**
 * What a client could install from a network mirror: it asks for the index, each version's document, and each
 * archive, whose digest must be among the hashes, every one of which must be right; and SHA256SUMS kept beside must
 * be signed by the key kept beside, and list the archive. Throws where a client would fail.
 */
export async function mirrorClientView(read: ReadKey, address: ProviderAddress): Promise<readonly string[]> {
  const folder = formatAddress(address);
  const index = await read(`${folder}/index.json`);
  if (index === undefined) return [];
  const { versions } = parse(index) as { versions: Record<string, unknown> };
  const lines: string[] = [];
  for (const version of Object.keys(versions)) {
    const document = parse(await required(read, `${folder}/${version}.json`)) as {
      archives: Record<string, { url: string; hashes: string[] }>;
    };
    const listed = await signedDigests(read, `${folder}/${version}.evidence`, `${folder} ${version}`);
    for (const [platform, { url, hashes }] of Object.entries(document.archives)) {
      const digest = sha256Hex(await required(read, `${folder}/${decodeURIComponent(url)}`));
      const [zh, ...others] = hashes;
      if (zh !== `zh:${digest}` || others.some((hash) => !hash.startsWith('h1:'))) {
        throw new Error(`${platform} ${version}: ${hashes.join(' ')} is not for ${digest}`);
      }
      if (!listed.has(digest)) throw new Error(`${platform} ${version} is not in SHA256SUMS`);
      lines.push(`${version} ${platform} ${digest}`);
    }
  }
  return lines.toSorted();
}

async function signedDigests(read: ReadKey, evidence: string, subject: string): Promise<ReadonlySet<string>> {
  const shasums = await required(read, `${evidence}/SHA256SUMS`);
  const asciiArmor = Buffer.from(await required(read, `${evidence}/signing-key.asc`)).toString();
  await verifyShasumsSignature({
    shasums,
    signature: await required(read, `${evidence}/SHA256SUMS.sig`),
    keys: [{ claimedKeyId: undefined, asciiArmor, source: undefined }],
    now: new Date('2026-11-01T00:00:00Z'),
    subject,
  });
  return new Set(
    Buffer.from(shasums)
      .toString()
      .match(/^[0-9a-f]{64}/gm) ?? [],
  );
}

async function required(read: ReadKey, key: string): Promise<Uint8Array> {
  const bytes = await read(key);
  if (bytes === undefined) throw new Error(`a client is told of ${key}, which is not there`);
  return bytes;
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}
