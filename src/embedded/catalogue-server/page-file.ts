import { HEADER_POLICY } from '../../domain/catalogue/page-policy.ts';

const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy': HEADER_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The file that a path of the catalogue stands for: a folder's page is its `index.html`. */
export function pageFileOf(path: string): string {
  return path.endsWith('/') ? `${path}index.html` : path;
}

/** What goes with a file of a catalogue: what never changes may be kept, all else is asked for anew. */
export function pageHeadersOf(path: string): Readonly<Record<string, string>> {
  const lasting = /\/(?:data|assets)\//.test(path);
  return { ...SECURITY, 'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache' };
}
