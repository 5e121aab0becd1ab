import type { Candidate } from './candidate.ts';

export type KeepReason =
  /** Terraform could not read it as a version, so nothing is known about it. */
  | 'unreadable'
  /** The config names it, or it is the newest here that the config's request allows. */
  | 'requested'
  /** On the config's retain list. */
  | 'retained'
  | 'newest-stable'
  /** One of the N newest stable versions. */
  | 'among-newest-stable'
  /** Newer than every stable version, and one of the N newest prereleases. */
  | 'among-newest-prereleases'
  /** A prerelease older than the newest stable version, kept because there are fewer than N stable ones. */
  | 'fills-up'
  | 'newest-of-major'
  | 'younger-than-minimum-age'
  | 'creation-date-unknown'
  | 'incomplete'
  /** The destination does not say whether its files are there. */
  | 'completeness-unknown'
  /** Nothing shows that it came from the provider's public registry: it may be somebody's own. */
  | 'origin-unknown';

export type DeleteReason =
  | 'beyond-newest-stable'
  | 'beyond-newest-prereleases'
  /** A prerelease older than the newest stable version. */
  | 'superseded-prerelease'
  | 'incomplete-too-long';

/** What is to become of a version, why, and why in words: "one of the 10 newest stable versions". */
export type RetentionVerdict =
  | { readonly action: 'keep'; readonly reason: KeepReason; readonly detail: string }
  | { readonly action: 'delete'; readonly reason: DeleteReason; readonly detail: string };

export type RetentionDecision = RetentionVerdict & {
  /** As the registry writes it. */
  readonly version: string;
};

/** A reason that applies to some versions; undefined for the others. */
export type KeepRule = (candidate: Candidate) => RetentionVerdict | undefined;

export function keep(reason: KeepReason, detail: string): RetentionVerdict {
  return { action: 'keep', reason, detail };
}

export function remove(reason: DeleteReason, detail: string): RetentionVerdict {
  return { action: 'delete', reason, detail };
}
