import type { PrivateRegistry } from '../../src/adapters/tfe/contract.ts';
import type { PresentProvider, PresentShasums, PresentVersion } from '../../src/adapters/tfe/plan/present.ts';
import { isSyncError, SyncError } from '../../src/domain/errors.ts';
import { parseShasums } from '../../src/domain/integrity/shasums.ts';
import { HASHICORP_KEY_ID } from '../../src/domain/integrity/signing-key.ts';
import { formatPlatform, type Platform } from '../../src/domain/provider/platform.ts';
import { parseVersion, type Version } from '../../src/domain/provider/version.ts';
import type { ListedVersion } from '../../src/domain/retention/listed.ts';
import type { ByteSource } from '../../src/ports/bytes.ts';
import type { SigningKeys } from '../../src/ports/signing-keys.ts';
import {
  type Breakage,
  type ChangingCall,
  createBreakpoint,
  emptyState,
  type RegistryState,
  type StoredPlatform,
  type StoredVersion,
} from './private-registry-state.ts';

/** Both ports over one state, with the means to look inside and to break it. */
export interface FakePrivateRegistry extends PrivateRegistry, SigningKeys, Breakage {
  /** The state itself, to seed it or to spoil it. */
  readonly state: RegistryState;
  /** What `terraform init` could install: SHA256SUMS and its signature are there, and so is the package. */
  installablePlatforms(type: string, version: Version): readonly string[];
}

export interface FakePrivateRegistryOptions {
  readonly organization?: string;
  /** When the versions it creates were created. */
  readonly now?: () => Date;
  /** False for a registry that wants HashiCorp's key added, too. */
  readonly builtInKey?: boolean;
}

type Breakpoint = ReturnType<typeof createBreakpoint>;
type Method = ChangingCall['method'];

export function createFakePrivateRegistry(options: FakePrivateRegistryOptions = {}): FakePrivateRegistry {
  const { organization = 'example', now = () => new Date('2026-01-01T00:00:00Z') } = options;
  const state = emptyState();
  const breakpoint = createBreakpoint();
  return {
    organization,
    state,
    sourceAddress: (type) => `registry.example.test/${organization}/${type}`,
    installablePlatforms: (type, version) => installablePlatforms(state, type, version),
    ...reads(state, organization, breakpoint),
    ...creations(state, breakpoint, now, options.builtInKey ?? true),
    ...uploads(state, breakpoint),
    ...signingKeys(state, breakpoint, now),
    ...breakpoint.breakage,
  };
}

function reads(
  state: RegistryState,
  organization: string,
  { read, change }: Breakpoint,
): Pick<
  PrivateRegistry,
  'reach' | 'readProviderVersion' | 'readPlatforms' | 'listProviders' | 'listVersions' | 'deleteVersion'
> {
  return {
    reach: () => read(() => {}),
    readProviderVersion: (type, version) => read(() => presentProvider(state, type, version)),
    readPlatforms: (type, version) =>
      read(() => presentVersion(versionOf(state, type, version), version).platforms),
    listProviders: () =>
      read(() => [
        ...[...state.providers.keys()].map((name) => ({
          name,
          namespace: organization,
          registryName: 'private' as const,
        })),
        ...state.publicProviders.map((entry) => ({ ...entry, registryName: 'public' as const })),
      ]),
    listVersions: (type) => read(() => [...providerOf(state, type).values()].map(listedVersion)),
    deleteVersion: (type, versionText) =>
      change(call('deleteVersion', type, versionText), () => {
        const versions = providerOf(state, type);
        const entry = [...versions].find(([, stored]) => stored.text === versionText);
        return entry !== undefined && versions.delete(entry[0]) ? 'deleted' : 'gone';
      }),
  };
}

function creations(
  state: RegistryState,
  { change }: Breakpoint,
  now: () => Date,
  builtInKey: boolean,
): Pick<PrivateRegistry, 'createProvider' | 'createVersion' | 'createPlatform'> {
  return {
    createProvider: (type) =>
      change(call('createProvider', type), () => {
        if (!state.providers.has(type)) state.providers.set(type, new Map());
      }),
    createVersion: (type, version, { keyId, protocols }) =>
      change(call('createVersion', type, version.canonical), () => {
        const versions = providerOf(state, type);
        const stored = versions.get(version.canonical);
        if (stored) return refuseDifference('signing key', stored.keyId, keyId);
        if (!(builtInKey && keyId === HASHICORP_KEY_ID) && !state.keys.has(keyId)) {
          throw new SyncError('DestinationRejected', `The organization has no signing key ${keyId}.`);
        }
        versions.set(version.canonical, newVersion(version, keyId, protocols, now()));
      }),
    createPlatform: (type, version, { platform, filename, shasum }) =>
      change(call('createPlatform', type, version.canonical, platform), () => {
        const { platforms } = versionOf(state, type, version);
        const stored = platforms.get(formatPlatform(platform));
        if (!stored) {
          platforms.set(formatPlatform(platform), { platform, filename, shasum, bytes: undefined });
          return;
        }
        refuseDifference('shasum', stored.shasum, shasum);
        refuseDifference('filename', stored.filename, filename);
      }),
  };
}

function uploads(
  state: RegistryState,
  { read, change }: Breakpoint,
): Pick<PrivateRegistry, 'uploadShasums' | 'uploadShasumsSignature' | 'packageSink' | 'storedPackage'> {
  const upload =
    (method: Method, file: 'shasums' | 'signature') => (type: string, version: Version, bytes: Uint8Array) =>
      change(call(method, type, version.canonical), () => {
        const stored = versionOf(state, type, version);
        const present = stored[file];
        if (present && Buffer.compare(present, bytes) !== 0) {
          throw new SyncError('VersionConflict', `There is another ${file} file in ${type} ${version.text}.`);
        }
        stored[file] = Uint8Array.from(bytes);
      });
  return {
    uploadShasums: upload('uploadShasums', 'shasums'),
    uploadShasumsSignature: upload('uploadShasumsSignature', 'signature'),
    packageSink: (type, version, platform) => ({
      name: `${type} ${version.text} ${formatPlatform(platform)}`,
      send: (body, size) =>
        change(call('uploadPackage', type, version.canonical, platform), async () => {
          const stored = platformOf(state, type, version, platform);
          const bytes = await collect(body);
          if (size !== undefined && size !== bytes.length) {
            throw new SyncError('DestinationRejected', `Announced ${size} bytes, sent ${bytes.length}.`);
          }
          stored.bytes ??= bytes;
        }),
    }),
    storedPackage: (type, version, platform): ByteSource => ({
      name: `${type} ${version.text} ${formatPlatform(platform)}`,
      open: (resume) =>
        read(() => {
          const { bytes } = platformOf(state, type, version, platform);
          if (!bytes) throw notFound(`the package ${type} ${version.text} ${formatPlatform(platform)}`);
          const etag = '"stored"';
          const offset = resume?.etag === etag ? resume.offset : 0;
          return { size: bytes.length, etag, offset, body: once(bytes.subarray(offset)) };
        }),
    }),
  };
}

function signingKeys(state: RegistryState, { read, change }: Breakpoint, now: () => Date): SigningKeys {
  return {
    list: () => read(() => [...state.keys.values()]),
    find: (keyId) => read(() => state.keys.get(keyId)),
    add: ({ keyId, asciiArmor }) =>
      change({ method: 'addSigningKey', subject: keyId }, () => {
        if (state.keys.has(keyId)) return 'present';
        state.keys.set(keyId, { keyId, asciiArmor, createdAt: now() });
        return 'added';
      }),
  };
}

function call(method: Method, type: string, versionText?: string, platform?: Platform): ChangingCall {
  const parts = [type, versionText, platform && formatPlatform(platform)];
  return { method, subject: parts.filter((part) => part !== undefined).join(' ') };
}

function providerOf(state: RegistryState, type: string): Map<string, StoredVersion> {
  const versions = state.providers.get(type);
  if (!versions) throw notFound(`the provider ${type}`);
  return versions;
}

function versionOf(state: RegistryState, type: string, version: Version): StoredVersion {
  const stored = providerOf(state, type).get(version.canonical);
  if (!stored) throw notFound(`${type} ${version.text}`);
  return stored;
}

function platformOf(
  state: RegistryState,
  type: string,
  version: Version,
  platform: Platform,
): StoredPlatform {
  const stored = versionOf(state, type, version).platforms.get(formatPlatform(platform));
  if (!stored) throw notFound(`${type} ${version.text} ${formatPlatform(platform)}`);
  return stored;
}

function notFound(what: string): SyncError {
  return new SyncError('DestinationNotFound', `The private registry does not have ${what}.`);
}

function refuseDifference(what: string, present: string, wanted: string): void {
  if (present === wanted) return;
  throw new SyncError('VersionConflict', `The ${what} there is ${present}, not ${wanted}.`);
}

function newVersion(
  version: Version,
  keyId: string,
  protocols: readonly string[],
  createdAt: Date,
): StoredVersion {
  const platforms = new Map<string, StoredPlatform>();
  const files = { shasums: undefined, signature: undefined };
  return { text: version.canonical, createdAt, keyId, protocols, platforms, ...files };
}

function listedVersion(stored: StoredVersion): ListedVersion {
  return {
    text: stored.text,
    createdAt: stored.createdAt,
    shasumsUploaded: stored.shasums !== undefined,
    shasumsSignatureUploaded: stored.signature !== undefined,
    platformCount: stored.platforms.size,
    keyId: stored.keyId,
  };
}

function presentProvider(state: RegistryState, type: string, version: Version): PresentProvider {
  const versions = state.providers.get(type);
  const stored = versions?.get(version.canonical);
  return { provider: versions !== undefined, version: stored && presentVersion(stored, version) };
}

function presentVersion(stored: StoredVersion, version: Version): PresentVersion {
  const { keyId, protocols, shasums, signature, platforms } = stored;
  return {
    version: parseVersion(stored.text) ?? version,
    keyId,
    protocols,
    shasums: shasums ? uploadedShasums(shasums) : { state: 'missing' },
    signature: signature ? { state: 'uploaded', bytes: signature } : { state: 'missing' },
    platforms: [...platforms.values()].map(({ platform, filename, shasum, bytes }) => ({
      platform,
      filename,
      shasum,
      uploaded: bytes !== undefined,
    })),
  };
}

function uploadedShasums(bytes: Uint8Array): PresentShasums {
  try {
    return { state: 'uploaded', bytes, shasums: parseShasums(bytes) };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    throw new SyncError('DestinationResponseInvalid', `The stored SHA256SUMS is broken: ${error.message}`);
  }
}

function installablePlatforms(state: RegistryState, type: string, version: Version): readonly string[] {
  const stored = state.providers.get(type)?.get(version.canonical);
  if (!stored?.shasums || !stored.signature) return [];
  return [...stored.platforms].filter(([, { bytes }]) => bytes !== undefined).map(([key]) => key);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
