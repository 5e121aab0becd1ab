import { SyncError } from '../../../domain/errors.ts';
import { compareKeyForms } from '../../../domain/integrity/key-forms.ts';
import { readSigningKeys, type SigningKeyInfo } from '../../../domain/integrity/signing-key.ts';
import { verifyShasumsSignature } from '../../../domain/integrity/verify-signature.ts';
import type { VerifiedRelease } from '../../../domain/provider/release.ts';
import type { VersionDifference } from './plan.ts';
import type { PresentVersion } from './present.ts';

export interface DocumentsInput {
  readonly release: VerifiedRelease;
  readonly present: PresentVersion | undefined;
  /** The organization's key of the release's signing key's id; undefined when it has none. */
  readonly storedKey: string | undefined;
  readonly now: Date;
}

/**
 * Judges a version's documents as Terraform will: the private registry hands out the protocols it was told, and
 * the organization's own key beside the stored SHA256SUMS and signature. Gives what would make it refuse, and
 * nothing for documents that are not there yet.
 */
export async function judgeDocuments(input: DocumentsInput): Promise<readonly VersionDifference[]> {
  const { present } = input;
  return [
    ...(present === undefined ? [] : protocolDifference(input.release, present)),
    ...(await signatureDifference(input)),
  ];
}

function protocolDifference(
  { protocols }: VerifiedRelease,
  stored: PresentVersion,
): readonly VersionDifference[] {
  const present = stored.protocols.toSorted().join(', ');
  const upstream = protocols.toSorted().join(', ');
  return present === upstream ? [] : [{ what: 'protocols', platform: undefined, present, upstream }];
}

async function signatureDifference(input: DocumentsInput): Promise<readonly VersionDifference[]> {
  const { release, present, storedKey } = input;
  const { keyId, asciiArmor } = release.signingKey;
  // A version made with another key is told as that; the built-in key is not among an organization's own.
  if (present !== undefined && present.keyId.toUpperCase() !== keyId) return [];
  const key = storedKey ?? asciiArmor;
  const complete = present?.shasums.state === 'uploaded' && present.signature.state === 'uploaded';
  const stored = complete
    ? { shasums: bytesOf(present.shasums), signature: bytesOf(present.signature) }
    : { shasums: release.shasums, signature: release.shasumsSignature };
  const refusal = await refusalBy(input, key, stored);
  if (refusal === undefined) return [];
  const older = storedKey === undefined ? undefined : await olderForm(storedKey, release.signingKey);
  if (older !== undefined && (await refusalBy(input, asciiArmor, stored)) === undefined) {
    return [olderKey(keyId, older)];
  }
  return [{ what: 'signature', platform: undefined, present: refusal, upstream: 'a signature that holds' }];
}

/** What the organization's form of the key lacks; undefined when it is another key, or cannot be read. */
async function olderForm(asciiArmor: string, wanted: SigningKeyInfo): Promise<readonly string[] | undefined> {
  try {
    const stored = (await readSigningKeys(asciiArmor)).find(({ keyId }) => keyId === wanted.keyId);
    return stored && compareKeyForms(stored, wanted).differences;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return undefined;
  }
}

function olderKey(keyId: string, differences: readonly string[]): VersionDifference {
  return {
    what: 'signing-key',
    platform: undefined,
    present:
      `an older form of key ${keyId}, by which Terraform refuses the release (${differences.join(' ')}). The API ` +
      'cannot replace a key: delete it from the organization’s keys and add upstream’s form with "provider-sync keys add"',
    upstream: 'a newer form of the same key',
  };
}

/** Why Terraform would refuse the documents by this key; undefined when it would not. */
async function refusalBy(
  { release, now }: DocumentsInput,
  asciiArmor: string,
  { shasums, signature }: { readonly shasums: Uint8Array; readonly signature: Uint8Array },
): Promise<string | undefined> {
  const { keyId } = release.signingKey;
  try {
    await verifyShasumsSignature({
      shasums,
      signature,
      keys: [{ claimedKeyId: keyId, asciiArmor, source: undefined }],
      now,
      subject: `${release.id} in the private registry`,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return error.message;
  }
}

function bytesOf(file: { readonly state: string; readonly bytes?: Uint8Array }): Uint8Array {
  return file.bytes ?? new Uint8Array();
}
