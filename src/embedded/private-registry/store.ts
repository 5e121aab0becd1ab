import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DocumentsOnDisk, orUndefined } from './documents-on-disk.ts';
import {
  SAFE_NAME,
  type Schema,
  type StoredKey,
  type StoredPlatform,
  type StoredProvider,
  type StoredVersion,
  storedKey,
  storedPlatform,
  storedProvider,
  storedVersion,
} from './schema.ts';

/** Names a version of a private provider; its namespace is always the organization. */
interface VersionPlace {
  readonly name: string;
  readonly version: string;
}

/** Names one platform of a version. */
interface PlatformPlace extends VersionPlace {
  /** `os_arch`. */
  readonly platform: string;
}

interface ProviderPlace {
  readonly registryName: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The registry's state, kept in a folder:
 *
 *     keys/KEY_ID.json
 *     providers/{private|public}/NAMESPACE/NAME/provider.json
 *       versions/VERSION/version.json, SHA256SUMS, SHA256SUMS.sig
 *         platforms/OS_ARCH/platform.json, package.zip
 *
 * The files are the state: nothing is kept in memory, and whether a file is uploaded is whether it is there.
 * A create gives undefined when the thing is already there; a name that could not be one finds nothing.
 */
export interface Store {
  listProviders(): Promise<readonly StoredProvider[]>;
  findProvider(place: ProviderPlace): Promise<StoredProvider | undefined>;
  createProvider(provider: StoredProvider): Promise<StoredProvider | undefined>;
  deleteProvider(place: ProviderPlace): Promise<boolean>;

  listVersions(name: string): Promise<readonly StoredVersion[]>;
  findVersion(place: VersionPlace): Promise<StoredVersion | undefined>;
  createVersion(name: string, version: StoredVersion): Promise<StoredVersion | undefined>;
  deleteVersion(place: VersionPlace): Promise<boolean>;

  listPlatforms(place: VersionPlace): Promise<readonly StoredPlatform[]>;
  findPlatform(place: PlatformPlace): Promise<StoredPlatform | undefined>;
  createPlatform(place: VersionPlace, platform: StoredPlatform): Promise<StoredPlatform | undefined>;
  deletePlatform(place: PlatformPlace): Promise<boolean>;

  listKeys(): Promise<readonly StoredKey[]>;
  findKey(keyId: string): Promise<StoredKey | undefined>;
  createKey(key: StoredKey): Promise<StoredKey | undefined>;
  replaceKey(key: StoredKey): Promise<StoredKey>;
  deleteKey(keyId: string): Promise<boolean>;

  shasumsPath(place: VersionPlace): string;
  signaturePath(place: VersionPlace): string;
  packagePath(place: PlatformPlace): string;
  /** The size of an uploaded file in bytes; undefined while it is missing. */
  sizeOf(path: string): Promise<number | undefined>;
}

export function createStore(dataDir: string, organization: string, documents: DocumentsOnDisk): Store {
  const { paths, createIn, findIn, listIn } = createFolders(dataDir, organization, documents);
  return {
    listProviders: async () => {
      const providers: StoredProvider[] = [];
      for (const registry of ['private', 'public']) {
        for (const namespace of await documents.list(paths.registry(registry))) {
          providers.push(...(await listIn(paths.namespace(registry, namespace), 'provider', storedProvider)));
        }
      }
      return providers.sort(byCreation);
    },
    findProvider: (place) => findIn(paths.provider(place), 'provider', storedProvider),
    createProvider: (provider) => createIn(paths.provider(provider), 'provider', provider),
    deleteProvider: (place) => documents.remove(paths.provider(place)),

    listVersions: (name) => listIn(paths.versions(name), 'version', storedVersion),
    findVersion: (place) => findIn(paths.version(place), 'version', storedVersion),
    createVersion: (name, version) =>
      createIn(paths.version({ name, version: version.version }), 'version', version),
    deleteVersion: (place) => documents.remove(paths.version(place)),

    listPlatforms: (place) => listIn(paths.platforms(place), 'platform', storedPlatform),
    findPlatform: (place) => findIn(paths.platform(place), 'platform', storedPlatform),
    createPlatform: (place, platform) => {
      const folder = paths.platform({ ...place, platform: `${platform.os}_${platform.arch}` });
      return createIn(folder, 'platform', platform);
    },
    deletePlatform: (place) => documents.remove(paths.platform(place)),

    listKeys: () => listIn(paths.keys(), 'key', storedKey),
    findKey: (keyId) => findIn(paths.key(keyId), 'key', storedKey),
    createKey: (key) => createIn(paths.key(key.keyId), 'key', key),
    replaceKey: async (key) => {
      await documents.replace(join(paths.key(key.keyId), 'key.json'), key);
      return key;
    },
    deleteKey: (keyId) => documents.remove(paths.key(keyId)),

    shasumsPath: (place) => join(paths.version(place), 'SHA256SUMS'),
    signaturePath: (place) => join(paths.version(place), 'SHA256SUMS.sig'),
    packagePath: (place) => join(paths.platform(place), 'package.zip'),
    sizeOf: async (path) => (await orUndefined(stat(path)))?.size,
  };
}

/** Where things are, and how a folder with one document in it is read and made. */
function createFolders(dataDir: string, organization: string, documents: DocumentsOnDisk) {
  // A name that could lead out of the folder, or is no file name, leads to one in which nothing is ever made.
  const nowhere = join(dataDir, '.none');
  const inside = (...names: readonly string[]): string =>
    names.every((name) => SAFE_NAME.test(name)) ? join(dataDir, ...names) : nowhere;
  const versionNames = ({ name, version }: VersionPlace) =>
    ['providers', 'private', organization, name, 'versions', version] as const;
  const documentIn = (folder: string, kind: string): string => join(folder, `${kind}.json`);

  const findIn = <T>(folder: string, kind: string, schema: Schema<T>): Promise<T | undefined> =>
    documents.read(documentIn(folder, kind), schema);

  return {
    findIn,
    createIn: async <T>(folder: string, kind: string, document: T): Promise<T | undefined> => {
      if (folder === nowhere) throw new Error(`Something of the ${kind} cannot be a file name`);
      return (await documents.create(documentIn(folder, kind), document)) ? document : undefined;
    },
    listIn: async <T extends Created>(
      folder: string,
      kind: string,
      schema: Schema<T>,
    ): Promise<readonly T[]> => {
      const names = await documents.list(folder);
      const found = await Promise.all(names.map((name) => findIn(join(folder, name), kind, schema)));
      return found.filter((document) => document !== undefined).sort(byCreation);
    },
    paths: {
      registry: (registry: string) => inside('providers', registry),
      namespace: (registry: string, namespace: string) => inside('providers', registry, namespace),
      provider: ({ registryName, namespace, name }: ProviderPlace) =>
        inside('providers', registryName, namespace, name),
      versions: (name: string) => inside('providers', 'private', organization, name, 'versions'),
      version: (place: VersionPlace) => inside(...versionNames(place)),
      platforms: (place: VersionPlace) => inside(...versionNames(place), 'platforms'),
      platform: (place: PlatformPlace) => inside(...versionNames(place), 'platforms', place.platform),
      keys: () => inside('keys'),
      key: (keyId: string) => inside('keys', keyId),
    },
  };
}

interface Created {
  readonly createdAt: string;
}

/** Oldest first; what was made at the same time stays in the order of its names. */
function byCreation(a: Created, b: Created): number {
  return Date.parse(a.createdAt) - Date.parse(b.createdAt);
}
