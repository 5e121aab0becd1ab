import { type Answer, type Exchange, jsonAnswer } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import type { Registry } from './registry.ts';
import type { LinkClaim, StoredPlatform, StoredVersion } from './schema.ts';

export const INSTALLER_PATH = '/api/registry/v1/providers/';

/** Service discovery, open to everyone. */
export const discoveryRoute: Route = {
  method: 'GET',
  path: '/.well-known/terraform.json',
  handle: () => Promise.resolve(jsonAnswer(200, { 'providers.v1': INSTALLER_PATH })),
};

/** This protocol's own shape of an error: strings, not objects. */
export function installerError(status: number, message: string): Answer {
  return jsonAnswer(status, { errors: [message] });
}

/**
 * Terraform's provider registry protocol, for `terraform init`.
 *
 * "Consumers cannot use new versions until all required release files are uploaded": a version is listed
 * once SHA256SUMS, its signature and at least one package are there, with those platforms whose package is
 * there. So a platform added to a published version stays hidden until it is uploaded, and the version and
 * its other platforms can be installed all the while.
 */
export function installerRoutes(registry: Registry): readonly Route[] {
  const path = `${INSTALLER_PATH}:namespace/:name`;
  return [
    { method: 'GET', path: `${path}/versions`, handle: (exchange) => list(registry, exchange) },
    {
      method: 'GET',
      path: `${path}/:version/download/:os/:arch`,
      handle: (exchange) => describe(registry, exchange),
    },
  ];
}

interface Installable {
  readonly version: StoredVersion;
  readonly platforms: readonly StoredPlatform[];
}

async function list(registry: Registry, exchange: Exchange): Promise<Answer> {
  const provider = await findProvider(registry, exchange);
  if (!provider) return installerError(404, 'Not Found');
  const stored = await registry.store.listVersions(provider.name);
  const found = await Promise.all(stored.map((version) => installable(registry, provider.name, version)));
  const versions = found
    .filter(({ platforms }) => platforms.length > 0)
    .map(({ version, platforms }) => ({
      version: version.version,
      protocols: version.protocols,
      platforms: platforms.map(({ os, arch }) => ({ os, arch })),
    }));
  return jsonAnswer(200, { versions });
}

async function describe(registry: Registry, exchange: Exchange): Promise<Answer> {
  const provider = await findProvider(registry, exchange);
  const name = provider?.name ?? '';
  const stored = provider && (await registry.store.findVersion({ name, version: exchange.param('version') }));
  const found = stored && (await installable(registry, name, stored));
  const platform = found?.platforms.find(
    ({ os, arch }) => os === exchange.param('os') && arch === exchange.param('arch'),
  );
  if (!found || !platform) return installerError(404, 'Not Found');
  return jsonAnswer(200, await packageDocument(registry, exchange, found.version, platform));
}

async function packageDocument(
  registry: Registry,
  exchange: Exchange,
  { id, version, keyId, protocols }: StoredVersion,
  platform: StoredPlatform,
) {
  const { os, arch, filename, shasum } = platform;
  const link = (file: LinkClaim['file'], owner: string, platform: string): string =>
    registry.links.create(exchange.origin, {
      use: 'download',
      file,
      owner,
      name: exchange.param('name'),
      version,
      platform,
    });
  const key = await registry.store.findKey(keyId);
  return {
    protocols,
    os,
    arch,
    filename,
    download_url: link('provider-binary', platform.id, `${os}_${arch}`),
    shasums_url: link('shasums', id, ''),
    shasums_signature_url: link('shasums-sig', id, ''),
    shasum,
    // HashiCorp's built-in key is not shipped with this registry: its armor is here once somebody added it,
    // and until then Terraform refuses what it signed.
    signing_keys: {
      gpg_public_keys: key
        ? [
            {
              key_id: key.keyId,
              ascii_armor: key.asciiArmor,
              trust_signature: '',
              source: '',
              source_url: null,
            },
          ]
        : [],
    },
  };
}

async function installable({ store }: Registry, name: string, version: StoredVersion): Promise<Installable> {
  const place = { name, version: version.version };
  const isThere = async (path: string): Promise<boolean> => (await store.sizeOf(path)) !== undefined;
  if (!(await isThere(store.shasumsPath(place))) || !(await isThere(store.signaturePath(place)))) {
    return { version, platforms: [] };
  }
  const platforms: StoredPlatform[] = [];
  for (const platform of await store.listPlatforms(place)) {
    const path = store.packagePath({ ...place, platform: `${platform.os}_${platform.arch}` });
    if (await isThere(path)) platforms.push(platform);
  }
  return { version, platforms };
}

function findProvider({ store, organization }: Registry, exchange: Exchange) {
  const namespace = exchange.param('namespace');
  if (namespace !== organization) return undefined;
  return store.findProvider({ registryName: 'private', namespace, name: exchange.param('name') });
}
