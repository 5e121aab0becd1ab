import { X509Certificate } from 'node:crypto';
import { SyncError } from '../../domain/errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The PEM text of certificate authorities, once every certificate in it was read. `name` says what it is
 * ("CA bundle ca.pem"). Throws CaBundleUnreadable.
 */
export function parseCaBundle(text: string, name: string): string {
  certificatesOf(text, name);
  return text;
}

/** Every certificate in a PEM text, each by itself. Throws as `parseCaBundle`. */
export function certificatesOf(text: string, name: string): readonly string[] {
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new SyncError(
      'CaBundleUnreadable',
      `The ${name} holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).`,
    );
  }
  for (const [index, certificate] of certificates.entries()) requireReadable(certificate, index + 1, name);
  return certificates;
}

function requireReadable(certificate: string, position: number, name: string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    const what = `Certificate ${position} of the ${name} cannot be read.`;
    throw new SyncError('CaBundleUnreadable', what, { cause });
  }
}
