import type { Exchange } from '../http-server/exchange.ts';
import { providerPath, type Registry } from './registry.ts';
import type { StoredProvider, StoredVersion } from './schema.ts';

/** A version as the API shows it, by itself, in a list or included with its provider. */
export async function describeVersion(
  registry: Registry,
  { origin }: Exchange,
  provider: StoredProvider,
  version: StoredVersion,
) {
  const { store, links, organization } = registry;
  const place = { name: provider.name, version: version.version };
  const platforms = await store.listPlatforms(place);
  const shasumsUploaded = (await store.sizeOf(store.shasumsPath(place))) !== undefined;
  const signatureUploaded = (await store.sizeOf(store.signaturePath(place))) !== undefined;
  const link = (file: 'shasums' | 'shasums-sig', uploaded: boolean) => {
    const use = uploaded ? 'download' : 'upload';
    return {
      [`${file}-${use}`]: links.create(origin, { use, file, owner: version.id, ...place, platform: '' }),
    };
  };
  return {
    id: version.id,
    type: 'registry-provider-versions',
    attributes: {
      version: version.version,
      'created-at': version.createdAt,
      'updated-at': version.createdAt,
      'key-id': version.keyId,
      protocols: version.protocols,
      permissions: { 'can-delete': true, 'can-upload-asset': true },
      'shasums-uploaded': shasumsUploaded,
      'shasums-sig-uploaded': signatureUploaded,
    },
    relationships: {
      'registry-provider': { data: { id: provider.id, type: 'registry-providers' } },
      platforms: {
        data: platforms.map(({ id }) => ({ id, type: 'registry-provider-platforms' })),
        links: { related: `${providerPath(organization, provider)}/versions/${version.version}/platforms` },
      },
    },
    links: { ...link('shasums', shasumsUploaded), ...link('shasums-sig', signatureUploaded) },
  };
}
