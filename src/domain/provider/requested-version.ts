import { formatConstraint, parseConstraint, type VersionConstraint } from './constraint.ts';
import { type Mistake, quote } from './mistake.ts';
import type { Version } from './version.ts';

/** What a config entry asks for. `text` is what stands in the config ("latest" when it is absent). */
export type RequestedVersion =
  | { readonly kind: 'latest'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string; readonly version: Version }
  | { readonly kind: 'constraint'; readonly text: string; readonly constraint: VersionConstraint };

/** What an entry without a `version` asks for: the newest stable version. */
export const LATEST: RequestedVersion = { kind: 'latest', text: 'latest' };

/**
 * Reads the `version` of a config entry: absent or "latest" (the newest stable version), an exact version
 * ("5.100.0", "= 5.100.0"), or a constraint by the rules of `parseConstraint`.
 */
export function parseRequestedVersion(
  text: string | undefined,
): { readonly requested: RequestedVersion } | Mistake {
  if (text === undefined || text === 'latest') return { requested: LATEST };
  if (/^\s*(?:latest|newest|\*)?\s*$/i.test(text)) {
    const fix = 'Write "latest", or leave "version" out, for the newest stable version.';
    return { problem: `${quote(text)} is not a version.`, fix };
  }
  const parsed = parseConstraint(text);
  if ('problem' in parsed) return parsed;
  const { constraint } = parsed;
  const [first, ...others] = constraint.terms;
  if (first?.operator === '=' && others.length === 0) {
    return { requested: { kind: 'exact', text: constraint.text, version: first.boundary } };
  }
  return { requested: { kind: 'constraint', text: constraint.text, constraint } };
}

/** Equal for two requests that are the same in other words: "1.0" and "= 1.0.0". */
export function formatRequestedVersion(requested: RequestedVersion): string {
  if (requested.kind === 'latest') return 'latest';
  return requested.kind === 'exact' ? requested.version.canonical : formatConstraint(requested.constraint);
}
