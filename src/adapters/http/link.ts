import { isLoopback } from './address.ts';

/**
 * A URL that a server sent, made absolute against the URL of the document it stood in; undefined when it is
 * not one that may be followed: https, or http from a loopback server to a loopback server.
 */
export function resolveLink(link: string, documentUrl: string): URL | undefined {
  if (!URL.canParse(link, documentUrl)) return undefined;
  const url = new URL(link, documentUrl);
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.protocol === 'https:') return url;
  const local = url.protocol === 'http:' && isLoopback(url) && isLoopback(new URL(documentUrl));
  return local ? url : undefined;
}
