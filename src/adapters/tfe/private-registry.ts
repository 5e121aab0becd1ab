import { isSyncError } from '../../domain/errors.ts';
import type { ListedVersion } from '../../domain/retention/listed.ts';
import type { HttpDocument } from '../http/contract.ts';
import { type Api, createApi, isSuccess, type PrivateRegistryOptions, rejected } from './api.ts';
import type { PrivateRegistry } from './contract.ts';
import { creations } from './creations.ts';
import { uploadSmallFile } from './files.ts';
import { packageSink, storedPackage } from './packages.ts';
import { readPresentPlatforms, readPresentProvider } from './present.ts';
import { createKnownProviders, readProviders } from './providers.ts';
import { changeDenied, destinationNotFound, hasProvider, paths, providerName } from './resources.ts';
import type { VersionDocument } from './schema.ts';
import { createUploadLinks, type UploadLinks } from './upload-links.ts';
import {
  createVersionFinder,
  readVersion,
  readVersions,
  type VersionFinder,
  versionName,
} from './versions.ts';

/**
 * One organization's registry in HCP Terraform or Terraform Enterprise, by the "Private providers" and "Private
 * provider versions and platforms" APIs
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/providers).
 *
 * Every request counts against the API's rate limit, so that an instance, which serves one run, remembers which
 * providers exist, how the registry writes a version, and the upload links that creations are answered with. What
 * a version holds is read anew each time.
 */
export function createPrivateRegistry(options: PrivateRegistryOptions): PrivateRegistry {
  const api = createApi(options);
  const providers = createKnownProviders(api, options.lookup);
  const versions = createVersionFinder(api, providers);
  const links = createUploadLinks();
  return {
    organization: api.organization,
    sourceAddress: (type) => `${api.host}/${api.organization}/${type}`,
    // Which provider is of no matter: any is looked up in the organization's listing.
    reach: async () => void (await providers.has('')),
    readProviderVersion: async (type, version) => {
      links.forget(type, version);
      return await readPresentProvider(api, versions, type, version);
    },
    readPlatforms: async (type, version) =>
      await readPresentPlatforms(api, type, await versions.text(type, version)),
    listProviders: () => readProviders(api),
    listVersions: async (type) => {
      const listed = await readVersions(api, type);
      if (!listed) throw destinationNotFound(providerName(api, type));
      return listed.map(listedVersion);
    },
    ...creations(api, { providers, versions, links }),
    ...uploads(api, versions, links),
    packageSink: (...place) => packageSink(api, versions, links, ...place),
    storedPackage: (...place) => storedPackage(api, versions, ...place),
    deleteVersion: (type, text) => deleteVersion(api, type, text),
  };
}

function uploads(
  api: Api,
  versions: VersionFinder,
  links: UploadLinks,
): Pick<PrivateRegistry, 'uploadShasums' | 'uploadShasumsSignature'> {
  const upload =
    (which: 'shasums' | 'signature', label: string): PrivateRegistry['uploadShasums'] =>
    async (type, version, bytes) => {
      const read = async () => {
        const { data, url } = await versions.require(type, version);
        return { file: data[which], url };
      };
      const created = links.take(type, version, which);
      const target = `${label} of ${versionName(api, type, version.text)}`;
      await uploadSmallFile(api, { created, read }, bytes, target);
    };
  return {
    uploadShasums: upload('shasums', 'SHA256SUMS'),
    uploadShasumsSignature: upload('signature', 'signature of SHA256SUMS'),
  };
}

/**
 * A 404 is "gone" only when the provider can be read and the version cannot: it also means "not allowed". Where no
 * answer came, or only such as a server gives that may have acted all the same, what is there decides.
 */
async function deleteVersion(api: Api, type: string, text: string): Promise<'deleted' | 'gone'> {
  const name = versionName(api, type, text);
  const path = paths.version(api, type, text);
  const target = `the deletion of ${name}`;
  let document: HttpDocument;
  try {
    document = await api.call({ method: 'DELETE', path, target });
  } catch (error) {
    if (await isGoneAfter(error, api, type, text)) return 'deleted';
    throw error;
  }
  if (isSuccess(document)) return 'deleted';
  if (document.status !== 404) throw rejected(document, target);
  if (!(await hasProvider(api, type))) throw destinationNotFound(providerName(api, type));
  if (await readVersion(api, type, text)) throw changeDenied(name);
  return document.mayHaveActed ? 'deleted' : 'gone';
}

async function isGoneAfter(error: unknown, api: Api, type: string, text: string): Promise<boolean> {
  if (!isSyncError(error) || error.code !== 'DestinationUnavailable') return false;
  try {
    return (await hasProvider(api, type)) && (await readVersion(api, type, text)) === undefined;
  } catch {
    // What cannot be looked at is not known to be gone: the deletion's own error says more.
    return false;
  }
}

function listedVersion({
  text,
  createdAt,
  keyId,
  shasums,
  signature,
  platformCount,
}: VersionDocument): ListedVersion {
  return {
    text,
    createdAt,
    shasumsUploaded: shasums.uploaded,
    shasumsSignatureUploaded: signature.uploaded,
    keyId: keyId === '' ? undefined : keyId,
    platformCount,
  };
}
