import { isSyncError, SyncError } from '../../domain/errors.ts';

export function systemCode(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** What a file operation below a destination's folder throws, in the product's words. `what`: "Writing x". */
export function folderFailure(what: string, cause: unknown): SyncError {
  if (isSyncError(cause)) return cause;
  const code = systemCode(cause);
  switch (code) {
    case undefined:
      throw cause;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SyncError(
        'AccessDenied',
        `${what} is not allowed (${code}). Check the folder's owner and mode.`,
        {
          cause,
        },
      );
    case 'ENOSPC':
    case 'EDQUOT':
    case 'ENAMETOOLONG':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
      return new SyncError('DestinationRejected', `${what} is not possible (${code}).`, { cause });
    default:
      return new SyncError('DestinationUnavailable', `${what} did not work for now (${code}).`, { cause });
  }
}
