import pLimit from 'p-limit';
import type { SyncConfig } from '../../domain/config/config.ts';
import { checkVersion } from './check-version.ts';
import { findLost } from './lost-destinations.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from './ports.ts';
import { failedResult, runResult } from './provider-result.ts';
import type { RunResult } from './results.ts';

/** What a sync would do for every provider of the config, and why. Changes nothing; never throws for a provider. */
export async function planProviders(
  ports: SyncPorts,
  config: SyncConfig,
  options: SyncOptions = {},
): Promise<RunResult> {
  const started = ports.clock.monotonic();
  const lost = await findLost(ports.destinations);
  const limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
  const providers = await limit.map(config.providers, async (entry) => {
    let version: string | undefined;
    try {
      options.signal?.throwIfAborted();
      const check = await checkVersion(ports, entry, {
        lost,
        onResolved: (found) => {
          version = found;
        },
      });
      return check.result;
    } catch (error) {
      return failedResult(entry, error, version);
    }
  });
  return runResult(providers, Math.round(ports.clock.monotonic() - started));
}
