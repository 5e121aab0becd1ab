import { SyncError } from '../../domain/errors.ts';
import type { Invocation } from '../command-spec.ts';
import type { CliIo } from '../io.ts';

interface Confirmation {
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Throws ConfirmationRequired for a cleanup that is to delete and can ask nobody. */
export function requireWayToConfirm(io: CliIo, { dryRun, yes }: Confirmation): void {
  if (dryRun || yes || io.ask !== undefined) return;
  throw new SyncError(
    'ConfirmationRequired',
    'Cleanup deletes for good, and here is no terminal to ask on. Look at --dry-run, then give --yes.',
  );
}

/**
 * Asks whether `what`, such as "2 versions", may be deleted. An answer that is not "yes" is told to be heeded: it is
 * no error.
 */
export async function allowsDeletion(
  { io, signal }: Pick<Invocation, 'io' | 'signal'>,
  what: string,
): Promise<boolean> {
  const answer = await io.ask?.(`Delete ${what} for good? Only "yes" is taken for it: `, signal);
  if (answer?.trim() === 'yes') return true;
  io.stderr.write('Nothing was deleted: the answer was not "yes".\n');
  return false;
}
