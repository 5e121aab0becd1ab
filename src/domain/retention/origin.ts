import { parseVersion } from '../provider/version.ts';
import type { ListedVersion } from './listed.ts';
import { keep, type RetentionDecision } from './reasons.ts';

/** A key by which some of the versions to be deleted say that they are signed. */
export interface SignerInQuestion {
  /** Undefined for versions that name none. */
  readonly keyId: string | undefined;
  /** The versions to be deleted that name it, in the order of the decisions. */
  readonly versions: readonly string[];
}

/** Every key that versions to be deleted name, each once. */
export function signersInQuestion(
  decisions: readonly RetentionDecision[],
  versions: readonly ListedVersion[],
): readonly SignerInQuestion[] {
  const keyIds = keyIdsOf(versions);
  const doomed = decisions.filter(({ action }) => action === 'delete').map(({ version }) => version);
  return [...Map.groupBy(doomed, (version) => keyIds.get(version))].map(([keyId, named]) => ({
    keyId,
    versions: named,
  }));
}

/**
 * The decisions with every deletion taken back whose version names another key than `known`, the primary key ids
 * that the public registry lists for the provider: it may be somebody's own provider of the same name. Texts that
 * mean one version stay or go together. `provider` is its address in the public registry, for the words.
 */
export function keepUnknownOrigins(
  decisions: readonly RetentionDecision[],
  versions: readonly ListedVersion[],
  known: ReadonlySet<string>,
  provider: string,
): readonly RetentionDecision[] {
  const keyIds = keyIdsOf(versions);
  const listed: ReadonlySet<string | undefined> = known;
  const isKnown = ({ version }: RetentionDecision): boolean => listed.has(keyIds.get(version));
  const unknown = new Set(decisions.filter((decision) => !isKnown(decision)).map(meaningOf));
  return decisions.map((decision) => {
    if (decision.action === 'keep' || !unknown.has(meaningOf(decision))) return decision;
    const detail = isKnown(decision)
      ? `another text means the same version, and nothing shows that that one came from ${provider}`
      : `nothing shows that it came from ${provider}: ${wordsFor(keyIds.get(decision.version))}`;
    return { version: decision.version, ...keep('origin-unknown', detail) };
  });
}

function wordsFor(keyId: string | undefined): string {
  return keyId === undefined
    ? 'it names no signing key'
    : `its signing key ${keyId} is none that the public registry lists for it`;
}

function meaningOf({ version }: RetentionDecision): string {
  return parseVersion(version)?.canonical ?? version;
}

function keyIdsOf(versions: readonly ListedVersion[]): ReadonlyMap<string, string | undefined> {
  return new Map(versions.map(({ text, keyId }) => [text, keyId === '' ? undefined : keyId]));
}
