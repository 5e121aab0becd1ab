import { SyncError } from '../../domain/errors.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { Api } from './api.ts';
import type { PrivateRegistry } from './contract.ts';
import { createOrFind } from './create-or-find.ts';
import { platformName, readPlatform } from './platforms.ts';
import type { KnownProviders } from './providers.ts';
import {
  changeDenied,
  destinationNotFound,
  hasProvider,
  paths,
  providerName,
  requireOrganization,
} from './resources.ts';
import { platformAnswer, providerAnswer, versionAnswer } from './schema.ts';
import type { UploadLinks } from './upload-links.ts';
import { type VersionFinder, versionName } from './versions.ts';

/** What one run remembers of the private registry. */
interface Memory {
  readonly providers: KnownProviders;
  readonly versions: VersionFinder;
  readonly links: UploadLinks;
}

/** HCP Terraform API: "Create a Provider", "Create a Provider Version", "Create a Provider Platform". */
export function creations(
  api: Api,
  { providers, versions, links }: Memory,
): Pick<PrivateRegistry, 'createProvider' | 'createVersion' | 'createPlatform'> {
  return {
    createProvider: async (type) => {
      const target = `the creation of ${providerName(api, type)}`;
      const attributes = { name: type, namespace: api.organization, 'registry-name': 'private' };
      await createOrFind(api, {
        path: paths.providers(api),
        target,
        body: { data: { type: 'registry-providers', attributes } },
        schema: providerAnswer,
        isThere: () => hasProvider(api, type),
        notFound: async () => {
          await requireOrganization(api);
          return changeDenied(`the private providers of ${api.organization}`);
        },
      });
      providers.add(type);
    },
    createVersion: async (type, version, { keyId, protocols }) => {
      const what = versionName(api, type, version.canonical);
      const attributes = { version: version.canonical, 'key-id': keyId, protocols };
      const made = await createOrFind(api, {
        path: paths.versions(api, type),
        target: `the creation of ${what}`,
        body: { data: { type: 'registry-provider-versions', attributes } },
        schema: versionAnswer,
        isThere: async () => {
          const found = await versions.search(type, version);
          if (found.state !== 'found') return false;
          refuseDifference(what, 'signing key', found.version.data.keyId, keyId.toUpperCase());
          return true;
        },
        notFound: async () => {
          if (await hasProvider(api, type)) return changeDenied(providerName(api, type));
          return destinationNotFound(providerName(api, type));
        },
      });
      providers.add(type);
      if (!made) return;
      const { data, url } = made;
      versions.remember(type, version, data.text);
      links.remember(type, version, 'shasums', { file: data.shasums, url });
      links.remember(type, version, 'signature', { file: data.signature, url });
    },
    createPlatform: async (type, version, { platform, filename, shasum }) => {
      const what = platformName(api, type, version, platform);
      const attributes = { os: platform.os, arch: platform.arch, shasum, filename };
      const made = await createOrFind(api, {
        path: paths.platforms(api, type, await versions.text(type, version)),
        target: `the creation of ${what}`,
        body: { data: { type: 'registry-provider-version-platforms', attributes } },
        schema: platformAnswer,
        isThere: async () => {
          const found = await readPlatform(api, versions, type, version, platform);
          if (!found) return false;
          refuseDifference(what, 'shasum', found.data.shasum, shasum);
          refuseDifference(what, 'filename', found.data.filename, filename);
          return true;
        },
        notFound: async () => {
          await versions.require(type, version);
          return changeDenied(versionName(api, type, version.text));
        },
      });
      if (!made) return;
      links.remember(type, version, formatPlatform(platform), { file: made.data.package, url: made.url });
    },
  };
}

function refuseDifference(what: string, property: string, present: string, wanted: string): void {
  if (present === wanted) return;
  throw new SyncError(
    'VersionConflict',
    `The private registry already has ${what} with the ${property} ${present}, not ${wanted}. Nothing was ` +
      'overwritten; delete that version if it is not wanted.',
  );
}
