import { X509Certificate } from 'node:crypto';
import { SyncError } from '../../domain/errors.ts';
import { describeFileProblem, readTextFile } from './read-text-file.ts';

const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The PEM text of a file of certificate authorities, every certificate in it readable.
 * Throws CaBundleUnreadable: a bundle that was asked for is used or the run ends.
 */
export async function readCaBundle(path: string): Promise<string> {
  const file = await readTextFile(path, MAX_BUNDLE_BYTES);
  if ('problem' in file) {
    const what = `The CA bundle ${path} ${describeFileProblem(file.problem)}.`;
    throw new SyncError('CaBundleUnreadable', what, { cause: file.cause });
  }
  const certificates = file.text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new SyncError(
      'CaBundleUnreadable',
      `The CA bundle ${path} holds no certificate. It must be PEM text (-----BEGIN CERTIFICATE-----).`,
    );
  }
  for (const [index, certificate] of certificates.entries()) requireReadable(certificate, index + 1, path);
  return file.text;
}

function requireReadable(certificate: string, position: number, path: string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    const what = `Certificate ${position} of the CA bundle ${path} cannot be read.`;
    throw new SyncError('CaBundleUnreadable', what, { cause });
  }
}
