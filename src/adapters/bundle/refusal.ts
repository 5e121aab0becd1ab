import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';

/** What is wrong with a bundle, as the error that a person sees. `what` ends a sentence without its full stop. */
export function bundleInvalid(location: string, what: string, cause?: unknown): SyncError {
  return new SyncError(
    'BundleInvalid',
    `The bundle ${quote(location)} is refused: ${what}. Nothing was delivered.`,
    {
      cause,
    },
  );
}
