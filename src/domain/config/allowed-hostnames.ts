import { type Problem, SyncError } from '../errors.ts';
import type { SyncConfig } from './config.ts';

/**
 * Throws ConfigInvalid, with every entry, when the config names a registry that whoever runs the synchronizer does
 * not allow. Undefined allows all; hostnames are in lower case.
 */
export function requireAllowedHostnames(config: SyncConfig, allowed: readonly string[] | undefined): void {
  if (allowed === undefined) return;
  const problems = config.providers
    .filter(({ address }) => !allowed.includes(address.hostname))
    .map(
      ({ path, address }): Problem => ({
        path: `${path}.hostname`,
        message: `"${address.hostname}" is none of the allowed hostnames (${allowed.join(', ')})`,
      }),
    );
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `${path} ${message}.`);
  throw new SyncError('ConfigInvalid', lines.join('\n'), { problems });
}
