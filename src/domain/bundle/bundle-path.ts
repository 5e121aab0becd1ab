const PART = /^[A-Za-z0-9_+][A-Za-z0-9._+:-]*$/;
const MAX_PATH_LENGTH = 1024;

/**
 * Why a member of a bundle cannot have this name, in words that end a sentence; undefined when it can. Only what the
 * program writes is taken: relative, below `mirror/` or `evidence/`, nothing hidden, no way up.
 */
export function whyNoBundlePath(path: string): string | undefined {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leads upwards with ".."';
  if (path.length > MAX_PATH_LENGTH) return `has more than ${MAX_PATH_LENGTH} characters`;
  if (parts.length < 2 || !['mirror', 'evidence'].includes(parts[0] ?? '')) {
    return 'is neither below mirror/ nor below evidence/';
  }
  return parts.every((part) => PART.test(part)) ? undefined : 'is not a name that a bundle has';
}
