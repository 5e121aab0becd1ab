import { parseShasums } from '../../src/domain/integrity/shasums.ts';
import { verifyShasumsSignature } from '../../src/domain/integrity/verify-signature.ts';
import { sha256Hex, viewLine } from './client-lines.ts';
import { installableVersions, type TestRegistry } from './registries.ts';

interface DownloadDocument {
  readonly filename: string;
  readonly shasum: string;
  readonly download_url: string;
  readonly shasums_url: string;
  readonly shasums_signature_url: string;
  readonly signing_keys: { readonly gpg_public_keys: readonly { readonly ascii_armor: string }[] };
}

/**
 * What `terraform init` could install of a private provider, judged as it judges: by the installer's protocol, the
 * signature by the keys that come with it, the line of SHA256SUMS and the package's own bytes. Sorted lines as of
 * `viewLine`.
 */
export async function registryClientView(registry: TestRegistry, type: string): Promise<readonly string[]> {
  const versions = await installableVersions(registry, type);
  const lines = await Promise.all(
    Object.entries(versions).flatMap(([version, platforms]) =>
      platforms.map(async (platform) => await lineOf(registry, type, version, platform)),
    ),
  );
  return lines.filter((line) => line !== undefined).toSorted();
}

async function lineOf(
  { url, organization, token }: TestRegistry,
  type: string,
  version: string,
  platform: string,
): Promise<string | undefined> {
  const [os = '', arch = ''] = platform.split('_');
  const authorization = `Bearer ${token}`;
  const answer = await fetch(
    `${url}/api/registry/v1/providers/${organization}/${type}/${version}/download/${os}/${arch}`,
    { headers: { authorization } },
  );
  if (!answer.ok) return undefined;
  const document = (await answer.json()) as DownloadDocument;
  const read = async (link: string): Promise<Uint8Array | undefined> => {
    const file = await fetch(new URL(link, url), { headers: { authorization } });
    return file.ok ? new Uint8Array(await file.arrayBuffer()) : undefined;
  };
  const [shasums, signature, zip] = await Promise.all(
    [document.shasums_url, document.shasums_signature_url, document.download_url].map(read),
  );
  if (shasums === undefined || signature === undefined || zip === undefined) return undefined;
  const digest = sha256Hex(zip);
  if (digest !== document.shasum) return undefined;
  try {
    if (parseShasums(shasums).entries.get(document.filename) !== digest) return undefined;
    await verifyShasumsSignature({
      shasums,
      signature,
      keys: document.signing_keys.gpg_public_keys.map(({ ascii_armor: asciiArmor }) => ({
        claimedKeyId: undefined,
        asciiArmor,
        source: undefined,
      })),
      now: new Date('2026-11-01T00:00:00Z'),
      subject: `${type} ${version}`,
    });
  } catch {
    return undefined;
  }
  return viewLine(version, { os, arch }, digest);
}
