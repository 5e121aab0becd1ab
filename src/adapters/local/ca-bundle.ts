import { SyncError } from '../../domain/errors.ts';
import { parseCaBundle } from '../http/ca-bundle.ts';
import { describeFileProblem, readTextFile } from './read-text-file.ts';

const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

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
  return parseCaBundle(file.text, `CA bundle ${path}`);
}
