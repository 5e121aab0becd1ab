import { createHash } from 'node:crypto';
import type { PackagedTemplate, StackParameters } from './schema.ts';

/** As CreateChangeSet takes it. */
export type ChangeSetParameter =
  | { readonly ParameterKey: string; readonly ParameterValue: string }
  | { readonly ParameterKey: string; readonly UsePreviousValue: true };

/** The parameter by which every release makes new versions of the functions. */
export const RELEASE_PARAMETER = 'ReleaseId';

/**
 * The parameters of a change set: what is given; for the rest what the stack has; for what the stack does not have, the
 * template's default. Throws for a name that the template does not know, and for one that it needs and nobody gives.
 */
export function changeSetParameters(
  template: PackagedTemplate,
  given: StackParameters,
  previous: readonly string[],
): readonly ChangeSetParameter[] {
  const known = Object.keys(template.Parameters);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `The template has no parameter ${unknown.join(', ')}. Look at delivery/environments and STACK_PARAMETERS.`,
    );
  }
  const missing = known.filter(
    (name) =>
      !(name in given) && !previous.includes(name) && template.Parameters[name]?.Default === undefined,
  );
  if (missing.length > 0) {
    throw new Error(
      `The stack is new and needs ${missing.join(', ')}. Give ${missing.length === 1 ? 'it' : 'them'} in the variable STACK_PARAMETERS of the GitHub environment, as JSON: {"${missing[0]}":"…"}.`,
    );
  }
  return known.flatMap((name): readonly ChangeSetParameter[] => {
    const value = given[name];
    if (value !== undefined) return [{ ParameterKey: name, ParameterValue: value }];
    return previous.includes(name) ? [{ ParameterKey: name, UsePreviousValue: true }] : [];
  });
}

/**
 * Names a release of a commit with these parameters: the first ten characters differ whenever either does, because
 * SAM looks at no more of it when it decides whether a function gets a new version.
 */
export function releaseId(commit: string, given: StackParameters): string {
  const { [RELEASE_PARAMETER]: _own, ...others } = given;
  const sorted = Object.entries(others).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const hash = createHash('sha256')
    .update(JSON.stringify([commit, sorted]))
    .digest('hex');
  return `${hash.slice(0, 10)}-${commit}`;
}

/** The commit that a release id names; undefined for a stack that was deployed by hand. */
export function commitOf(releaseId: string | undefined): string | undefined {
  return /^[0-9a-f]{10}-([0-9a-f]{40})$/.exec(releaseId ?? '')?.[1];
}
