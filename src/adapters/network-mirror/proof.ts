import type { DeliveryDifference } from '../../domain/delivery/plan.ts';
import { SyncError } from '../../domain/errors.ts';
import { parseShasums, type Shasums } from '../../domain/integrity/shasums.ts';
import { verifyShasumsSignature } from '../../domain/integrity/verify-signature.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import type { DocumentType, MirrorStore, StoredDocument } from '../../ports/mirror-store.ts';
import { sameBytes } from './documents-in-store.ts';
import type { VersionLayout } from './layout.ts';

/** The stored SHA256SUMS, its signature and the key, as far as they are there. */
interface StoredProof {
  readonly shasums: StoredDocument | undefined;
  readonly signature: StoredDocument | undefined;
  readonly signingKey: StoredDocument | undefined;
}

export type ProofVerdict =
  /** The stored signature fits by the stored key, and every wanted package has the wanted digest. */
  | { readonly outcome: 'fits'; readonly shasums: Shasums; readonly remarks: readonly string[] }
  /** Not there, not whole, or its own signature does not hold: it proves nothing. */
  | { readonly outcome: 'void'; readonly why: string | undefined }
  /** Holds together, and says something else than the release. */
  | { readonly outcome: 'differs'; readonly differences: readonly DeliveryDifference[] };

const MAX_ATTEMPTS = 10;

/** Judges what the mirror itself says of the version, by nothing but what lies in it. */
export async function readProof(
  store: MirrorStore,
  layout: VersionLayout,
  release: VerifiedRelease,
  now: Date,
): Promise<ProofVerdict> {
  return await judgeProof(await readStored(store, layout), release, now);
}

async function readStored(store: MirrorStore, layout: VersionLayout): Promise<StoredProof> {
  const [shasums, signature, signingKey] = await Promise.all([
    store.readDocument(layout.shasums),
    store.readDocument(layout.signature),
    store.readDocument(layout.signingKey),
  ]);
  return { shasums, signature, signingKey };
}

async function judgeProof(
  { shasums, signature, signingKey }: StoredProof,
  release: VerifiedRelease,
  now: Date,
): Promise<ProofVerdict> {
  if (shasums === undefined || signature === undefined || signingKey === undefined) {
    return { outcome: 'void', why: undefined };
  }
  try {
    const asciiArmor = new TextDecoder().decode(signingKey.bytes);
    const verified = await verifyShasumsSignature({
      shasums: shasums.bytes,
      signature: signature.bytes,
      keys: [{ claimedKeyId: undefined, asciiArmor, source: undefined }],
      now,
      subject: release.id,
    });
    const stored = parseShasums(shasums.bytes);
    const differences = differencesOf(stored, release);
    if (differences.length > 0) return { outcome: 'differs', differences };
    const { keyId } = verified.signedBy;
    const other = `the mirror's SHA256SUMS is signed by key ${keyId}, upstream's by ${release.signingKey.keyId}`;
    return { outcome: 'fits', shasums: stored, remarks: keyId === release.signingKey.keyId ? [] : [other] };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { outcome: 'void', why: error.message };
  }
}

function differencesOf({ entries }: Shasums, release: VerifiedRelease): readonly DeliveryDifference[] {
  return release.files.flatMap(({ filename, platform, sha256 }): readonly DeliveryDifference[] => {
    const listed = entries.get(filename);
    if (listed === sha256) return [];
    const present = listed ?? `no line for ${filename}`;
    const what = listed === undefined ? 'shasums-file' : 'shasum';
    const subject = listed === undefined ? 'SHA256SUMS' : 'package shasum';
    const text = `${formatPlatform(platform)} ${subject}: the mirror has ${present}, upstream ${sha256}`;
    return [{ what, file: filename, present, wanted: sha256, text }];
  });
}

/**
 * Puts the release's SHA256SUMS, signature and key there unless what is there holds. Throws VersionConflict when
 * somebody has put another release there meanwhile. Returns what the mirror says of the version afterwards.
 */
export async function ensureProof(
  store: MirrorStore,
  layout: VersionLayout,
  release: VerifiedRelease,
  now: Date,
): Promise<Shasums> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const stored = await readStored(store, layout);
    const verdict = await judgeProof(stored, release, now);
    if (verdict.outcome === 'fits') return verdict.shasums;
    if (verdict.outcome === 'differs') throw conflict(store, release, verdict.differences);
    await write(store, layout.signingKey, stored.signingKey, keyBytes(release), 'text/plain');
    await write(
      store,
      layout.signature,
      stored.signature,
      release.shasumsSignature,
      'application/pgp-signature',
    );
    await write(store, layout.shasums, stored.shasums, release.shasums, 'text/plain');
  }
  throw new SyncError(
    'DestinationResponseInvalid',
    `${store.location} does not give back SHA256SUMS of ${release.id} and its signature as they were written.`,
  );
}

function keyBytes({ signingKey }: VerifiedRelease): Uint8Array {
  return new TextEncoder().encode(signingKey.asciiArmor);
}

/** What somebody else wrote in between is judged in the next round. */
async function write(
  store: MirrorStore,
  key: string,
  present: StoredDocument | undefined,
  bytes: Uint8Array,
  contentType: DocumentType,
): Promise<void> {
  if (present !== undefined && sameBytes(present.bytes, bytes)) return;
  await store.writeDocument(key, bytes, present?.etag, contentType);
}

function conflict(
  store: MirrorStore,
  release: VerifiedRelease,
  differences: readonly DeliveryDifference[],
): SyncError {
  const what = differences.map(({ text }) => text).join('; ');
  return new SyncError(
    'VersionConflict',
    `${store.location} holds another ${release.id} by now: ${what}. Nothing was overwritten.`,
  );
}
