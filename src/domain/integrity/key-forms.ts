import type { SigningKeyInfo } from './signing-key.ts';

/**
 * How two armored forms of one key id relate. A publisher who adds a subkey, renews the expiry or revokes keeps the
 * id, so the id alone does not say what a stored key can verify.
 *
 * - `same`: both verify the same, with the same expiry
 * - `older`: what the stored form says, the wanted one has added to or taken back
 * - `newer`: the other way round
 * - `different`: another key with the same id, or each has what the other lacks
 */
export interface KeyFormComparison {
  readonly relation: 'same' | 'older' | 'newer' | 'different';
  /** What differs, one sentence each, in words that call the forms "stored" and "published". */
  readonly differences: readonly string[];
  /**
   * Ids of the keys and subkeys whose signatures the wanted form verifies and the stored one does not: what is signed
   * by one of them cannot be installed with the stored form.
   */
  readonly unverifiable: readonly string[];
}

/** Two copies of one thing that a key says, and which of them was said last. */
interface Difference {
  readonly text: string;
  readonly storedIs: 'older' | 'newer' | 'undecided';
}

/** One signing part of a key: the primary key itself or a subkey. */
interface Part {
  readonly name: string;
  readonly keyId: string;
  readonly signs: boolean;
  readonly revoked: boolean;
  readonly expiresAt: Date | undefined;
}

/** Compares the form that a destination has with the publisher's. Encryption subkeys do not matter here. */
export function compareKeyForms(stored: SigningKeyInfo, wanted: SigningKeyInfo): KeyFormComparison {
  if (stored.fingerprint !== wanted.fingerprint) {
    const text = `The stored key has the fingerprint ${stored.fingerprint}, the published one ${wanted.fingerprint}: they are two keys.`;
    return { relation: 'different', differences: [text], unverifiable: verifying(wanted) };
  }
  const here = partsOf(stored, wanted);
  const there = partsOf(wanted, stored);
  const ids = [...new Set([...here.keys(), ...there.keys()])];
  const last = lastSaid(stored, wanted);
  const found = ids.flatMap((id) => compareParts(here.get(id), there.get(id), last));
  const able = new Set(verifying(stored));
  return {
    relation: relationOf(found),
    differences: found.map(({ text }) => text),
    unverifiable: verifying(wanted).filter((id) => !able.has(id)),
  };
}

/** By fingerprint. Of a key that is revoked nothing else matters. */
function partsOf(key: SigningKeyInfo, other: SigningKeyInfo): ReadonlyMap<string, Part> {
  const { revoked, keyId } = key;
  if (revoked || other.revoked) {
    return new Map([[key.fingerprint, { name: 'key', keyId, signs: false, revoked, expiresAt: undefined }]]);
  }
  const subkeys = key.subkeys
    .filter(({ signs }) => signs)
    .map((subkey) => [subkey.fingerprint, { ...subkey, name: `signing subkey ${subkey.keyId}` }] as const);
  return new Map<string, Part>([[key.fingerprint, { ...key, name: 'key' }], ...subkeys]);
}

function verifying(key: SigningKeyInfo): readonly string[] {
  return [...partsOf(key, key).values()]
    .filter(({ signs, revoked }) => signs && !revoked)
    .map(({ keyId }) => keyId);
}

function compareParts(
  stored: Part | undefined,
  wanted: Part | undefined,
  last: Difference['storedIs'],
): readonly Difference[] {
  if (stored === undefined || wanted === undefined) {
    const { name } = (stored ?? wanted) as Part;
    return stored === undefined
      ? [{ text: `The stored form lacks the ${name}.`, storedIs: 'older' }]
      : [{ text: `The published form lacks the ${name}.`, storedIs: 'newer' }];
  }
  const differences: Difference[] = [];
  if (stored.revoked !== wanted.revoked) {
    // A revocation cannot be taken back.
    const text = `The ${stored.name} is revoked in the ${stored.revoked ? 'stored' : 'published'} form only.`;
    differences.push({ text, storedIs: stored.revoked ? 'newer' : 'older' });
  } else if (stored.signs !== wanted.signs) {
    const text = `The ${stored.name} may sign in the ${stored.signs ? 'stored' : 'published'} form only.`;
    differences.push({ text, storedIs: last });
  }
  if (stored.expiresAt?.getTime() !== wanted.expiresAt?.getTime()) {
    const text = `The ${stored.name} ${expiry(stored)} in the stored form and ${expiry(wanted)} in the published one.`;
    differences.push({ text, storedIs: last === 'undecided' ? byExpiry(stored, wanted) : last });
  }
  return differences;
}

/** Which form its owner signed last. */
function lastSaid(stored: SigningKeyInfo, wanted: SigningKeyInfo): Difference['storedIs'] {
  const difference = (stored.selfSignedAt?.getTime() ?? 0) - (wanted.selfSignedAt?.getTime() ?? 0);
  if (difference === 0) return 'undecided';
  return difference < 0 ? 'older' : 'newer';
}

/** A subkey's expiry is renewed without a word about the primary key: the later one is taken for the renewed one. */
function byExpiry(stored: Part, wanted: Part): Difference['storedIs'] {
  return (stored.expiresAt?.getTime() ?? Infinity) < (wanted.expiresAt?.getTime() ?? Infinity)
    ? 'older'
    : 'newer';
}

function relationOf(differences: readonly Difference[]): KeyFormComparison['relation'] {
  if (differences.length === 0) return 'same';
  const directions = new Set(differences.map(({ storedIs }) => storedIs));
  const [only] = directions;
  return directions.size === 1 && only !== undefined && only !== 'undecided' ? only : 'different';
}

function expiry({ expiresAt }: Part): string {
  return expiresAt === undefined ? 'never expires' : `expires on ${expiresAt.toISOString().slice(0, 10)}`;
}
