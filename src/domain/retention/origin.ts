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
  const isKnown = (version: string): boolean => known.has(keyIds.get(version) ?? '');
  const unknown = new Set(
    decisions.filter(({ action, version }) => action === 'delete' && !isKnown(version)).map(meaningOf),
  );
  return decisions.map((decision) => {
    if (decision.action === 'keep' || !unknown.has(meaningOf(decision))) return decision;
    const keyId = keyIds.get(decision.version);
    const why =
      keyId === undefined
        ? 'it names no signing key'
        : `its signing key ${keyId} is none that the public registry lists for it`;
    return {
      version: decision.version,
      ...keep('origin-unknown', `nothing shows that it came from ${provider}: ${why}`),
    };
  });
}

function meaningOf({ version }: RetentionDecision): string {
  return parseVersion(version)?.canonical ?? version;
}

function keyIdsOf(versions: readonly ListedVersion[]): ReadonlyMap<string, string | undefined> {
  return new Map(versions.map(({ text, keyId }) => [text, keyId === '' ? undefined : keyId]));
}
