import { isSyncError } from '../../domain/errors.ts';
import { parseShasums, type Shasums } from '../../domain/integrity/shasums.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { verifyShasumsSignature } from '../../domain/integrity/verify-signature.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import { headBlob, readBlob, readManifest } from './contents.ts';
import {
  EVIDENCE_TYPE,
  KEY_TYPE,
  PROVIDER_TYPE,
  SHASUMS_TYPE,
  SIGNATURE_TYPE,
  TARGET_TYPE,
  ZIP_TYPE,
} from './documents.ts';
import type { Repository } from './registry.ts';
import { type Descriptor, type ImageManifest, imageIndex, imageManifest, MANIFEST_TYPE } from './schema.ts';

/** One line of an index: as it is read, and as it stands there, to be put back unchanged. */
export interface Entry {
  readonly descriptor: Descriptor;
  readonly raw: object;
}

/** What stands under a version's tag. */
export type StoredIndex =
  | { readonly state: 'absent' }
  /** Something that is no provider's index. */
  | { readonly state: 'foreign'; readonly digest: string; readonly why: string }
  | { readonly state: 'index'; readonly digest: string; readonly entries: readonly Entry[] };

/** One platform of an index, as a client would find it. */
export type StoredPackage =
  | { readonly state: 'missing' }
  /** Named by the index, but nothing that a client could install. */
  | { readonly state: 'broken'; readonly why: string }
  | {
      readonly state: 'named';
      readonly digest: string;
      readonly size: number;
      /** Whether the registry has the zip, in this size. */
      readonly blob: boolean;
    };

/** The documents that travel in an index, judged by themselves. */
export type StoredEvidence =
  | { readonly state: 'missing' }
  | { readonly state: 'broken'; readonly why: string }
  | { readonly state: 'proved'; readonly shasums: Shasums; readonly keyId: string };

/** Reads the index under a tag. `subject` names the version in messages. */
export async function readIndex(repository: Repository, tag: string, subject: string): Promise<StoredIndex> {
  const content = await readManifest(repository, tag, `the index of ${subject}`);
  if (content === undefined) return { state: 'absent' };
  const { digest } = content;
  const json = parseJson(content.bytes);
  const parsed = imageIndex.safeParse(json);
  if (!parsed.success) return { state: 'foreign', digest, why: 'no image index' };
  if (parsed.data.artifactType !== PROVIDER_TYPE) {
    return { state: 'foreign', digest, why: 'an index of another artifact type' };
  }
  const { manifests: raw } = json as { manifests: readonly object[] };
  const entries = parsed.data.manifests.map((descriptor, index) => ({
    descriptor,
    raw: raw[index] as object,
  }));
  return { state: 'index', digest, entries };
}

/** Whether a client takes the entry for a package of the platform. One with an OS version it does not see. */
export function isPackageOf({ descriptor }: Entry, { os, arch }: Platform): boolean {
  const { platform } = descriptor;
  return isPackage(descriptor) && platform?.os === os && platform.architecture === arch;
}

/** Whether a client takes the descriptor for a package of any platform. */
export function isPackage({ artifactType, platform }: Descriptor): boolean {
  return artifactType === TARGET_TYPE && platform !== undefined && platform['os.version'] === undefined;
}

export function isEvidence({ descriptor }: Entry): boolean {
  return descriptor.artifactType === EVIDENCE_TYPE;
}

/** Follows the index to a platform's zip as OpenTofu does (oci_registry_mirror_source.go), up to the zip itself. */
export async function readPackage(
  repository: Repository,
  entries: readonly Entry[],
  platform: Platform,
  subject: string,
): Promise<StoredPackage> {
  const [entry, ...others] = entries.filter((each) => isPackageOf(each, platform));
  if (entry === undefined) return { state: 'missing' };
  if (others.length > 0) return { state: 'broken', why: 'the index names it twice' };
  const manifest = await followManifest(repository, entry.descriptor, subject);
  if (typeof manifest === 'string') return { state: 'broken', why: manifest };
  const layer = zipLayer(manifest);
  if (layer === undefined) return { state: 'broken', why: 'its manifest is not that of one package' };
  const blob = await headBlob(repository, layer.digest, `the package of ${subject}`);
  return {
    state: 'named',
    digest: layer.digest,
    size: layer.size,
    blob: blob !== undefined && (blob.size === undefined || blob.size === layer.size),
  };
}

/** The zip of a manifest that names exactly one. */
function zipLayer({ artifactType, layers }: ImageManifest): Descriptor | undefined {
  const [layer, ...more] = layers.filter(({ mediaType }) => mediaType === ZIP_TYPE);
  return artifactType === TARGET_TYPE && more.length === 0 ? layer : undefined;
}

/** The zip that a platform's manifest names; undefined for bytes that are no such manifest. */
export function packageLayer(bytes: Uint8Array): Descriptor | undefined {
  const parsed = imageManifest.safeParse(parseJson(bytes));
  return parsed.success ? zipLayer(parsed.data) : undefined;
}

/** Reads SHA256SUMS, its signature and the key from the index, and proves the one by the others. */
export async function readEvidence(
  repository: Repository,
  entries: readonly Entry[],
  subject: string,
  now: Date,
): Promise<StoredEvidence> {
  const [entry, ...others] = entries.filter(isEvidence);
  if (entry === undefined) return { state: 'missing' };
  if (others.length > 0) return { state: 'broken', why: 'the index names it twice' };
  const manifest = await followManifest(repository, entry.descriptor, subject);
  if (typeof manifest === 'string') return { state: 'broken', why: manifest };
  const [shasums, signature, key] = await Promise.all(
    [SHASUMS_TYPE, SIGNATURE_TYPE, KEY_TYPE].map(async (type) => {
      const [layer, ...more] = manifest.layers.filter(({ mediaType }) => mediaType === type);
      if (layer === undefined || more.length > 0) return undefined;
      return await readBlob(repository, layer.digest, `the documents of ${subject}`);
    }),
  );
  if (shasums === undefined || signature === undefined || key === undefined) {
    return { state: 'broken', why: 'SHA256SUMS, its signature or the signing key is missing or damaged' };
  }
  try {
    const keys = [{ claimedKeyId: undefined, asciiArmor: new TextDecoder().decode(key), source: undefined }];
    const { signedBy } = await verifyShasumsSignature({ shasums, signature, keys, now, subject });
    return { state: 'proved', shasums: parseShasums(shasums), keyId: signedBy.keyId };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return { state: 'broken', why: printable(error.message) };
  }
}

/** The manifest behind a descriptor, or why there is none that a client would take. */
async function followManifest(
  repository: Repository,
  { digest, size, mediaType }: Descriptor,
  subject: string,
): Promise<ImageManifest | string> {
  if (mediaType !== MANIFEST_TYPE) return 'its descriptor is not that of a manifest';
  const content = await readManifest(repository, digest, `a manifest of ${subject}`);
  if (content === undefined) return 'its manifest is missing';
  if (content.digest !== digest || content.bytes.length !== size) {
    return 'its manifest has another digest or size than the index says';
  }
  const parsed = imageManifest.safeParse(parseJson(content.bytes));
  return parsed.success ? parsed.data : 'its manifest cannot be read';
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
