// What the two yardsticks need of the registries, by plain requests: no code of the product stands in their way.
import type { Platform } from '../src/domain/provider/platform.ts';
import { PLATFORMS, type ServersReady } from './scenario.ts';

export interface PackageLinks {
  readonly downloadUrl: string;
  readonly uploadUrl: string;
  readonly sha256: string;
}

interface Registries extends ServersReady {
  readonly token: string;
}

/** Registers a provider's version and platforms and returns where each package is read and written. */
export async function registerProvider(
  registries: Registries,
  type: string,
): Promise<readonly PackageLinks[]> {
  const first = await describePackage(registries, type, PLATFORMS[0] as Platform);
  const [key] = first.signing_keys.gpg_public_keys;
  const base = '/api/v2/organizations/bench/registry-providers';
  await post(registries, '/api/registry/private/v2/gpg-keys', 'gpg-keys', {
    namespace: 'bench',
    'ascii-armor': key?.ascii_armor,
  });
  await post(registries, base, 'registry-providers', {
    name: type,
    namespace: 'bench',
    'registry-name': 'private',
  });
  const versions = `${base}/private/bench/${type}/versions`;
  const created = { version: '1.0.0', 'key-id': key?.key_id, protocols: ['5.0'] };
  await post(registries, versions, 'registry-provider-versions', created);
  return await Promise.all(
    PLATFORMS.map(async (platform) => {
      const pkg = await describePackage(registries, type, platform);
      const { shasum, filename } = pkg;
      const answer = await post(
        registries,
        `${versions}/1.0.0/platforms`,
        'registry-provider-version-platforms',
        { ...platform, shasum, filename },
      );
      return {
        downloadUrl: new URL(pkg.download_url, pkg.url).href,
        uploadUrl: answer?.data.links['provider-binary-upload'] ?? '',
        sha256: shasum,
      };
    }),
  );
}

interface PackageDocument {
  readonly url: string;
  readonly filename: string;
  readonly shasum: string;
  readonly download_url: string;
  readonly signing_keys: { readonly gpg_public_keys: readonly { key_id: string; ascii_armor: string }[] };
}

async function describePackage(
  { publicUrl }: Registries,
  type: string,
  platform: Platform,
): Promise<PackageDocument> {
  const discovery = await fetch(new URL('/.well-known/terraform.json', publicUrl));
  const { 'providers.v1': base } = (await discovery.json()) as { 'providers.v1': string };
  const path = `bench/${type}/1.0.0/download/${platform.os}/${platform.arch}`;
  const url = new URL(path, new URL(base, publicUrl)).href;
  const answer = await fetch(url);
  return { ...((await answer.json()) as Omit<PackageDocument, 'url'>), url };
}

/** Undefined when the thing was there already: five providers share one key. */
async function post(
  { privateUrl, token }: Registries,
  path: string,
  type: string,
  attributes: Record<string, unknown>,
): Promise<{ data: { links: Record<string, string> } } | undefined> {
  const answer = await fetch(new URL(path, privateUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: { type, attributes } }),
  });
  if (answer.status === 422) return undefined;
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}`);
  return (await answer.json()) as { data: { links: Record<string, string> } };
}
