import { formatPlatform, type Platform } from '../provider/platform.ts';
import type { Shasums } from './shasums.ts';

/**
 * What the package for `platform` is called, from what another platform's is called, when SHA256SUMS lists
 * exactly that. Undefined where the name does not tell: then the registry has to.
 */
export function siblingFilename(
  known: { readonly filename: string; readonly platform: Platform },
  platform: Platform,
  shasums: Shasums,
): string | undefined {
  const parts = known.filename.split(formatPlatform(known.platform));
  if (parts.length !== 2) return undefined;
  const sibling = parts.join(formatPlatform(platform));
  return shasums.entries.has(sibling) ? sibling : undefined;
}
