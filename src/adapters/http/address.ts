import { SyncError } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';

/**
 * An absolute https address, or http to loopback. Throws AddressRefused otherwise, and for an address that
 * carries a user name or password. The message shows scheme and host alone, because links can be secret.
 */
export function parseHttpAddress(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    const scheme = url === null ? 'It has no scheme and host' : `It begins with "${url.protocol}"`;
    throw new SyncError('AddressRefused', `Not an https address. ${scheme}; write https://HOST/….`);
  }
  const shown = `${url.protocol}//${url.host}`;
  if (url.username !== '' || url.password !== '') {
    throw new SyncError(
      'AddressRefused',
      `The address ${shown} carries a user name or password. Take it out of the address.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new SyncError(
      'AddressRefused',
      `Plain http is refused except to this machine itself: ${shown}. Use https://${url.host}.`,
    );
  }
  return url;
}

/** 127.0.0.0/8, ::1 and localhost. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

/** The host's name or address, without port and brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

/**
 * The hosts in a list separated by commas or blanks, as `hostOf` writes them. Throws AddressRefused, naming the
 * first that is no host name.
 */
export function parseHostList(text: string): readonly string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.map((word) => {
    const url = URL.parse(`https://${word.includes(':') && !word.startsWith('[') ? `[${word}]` : word}/`);
    if (url !== null && url.pathname === '/' && url.username === '' && url.port === '' && url.search === '') {
      return hostOf(url);
    }
    throw new SyncError(
      'AddressRefused',
      `"${printable(word)}" is no host name. Write the host alone, without https:// and without a port.`,
    );
  });
}
