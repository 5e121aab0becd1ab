import pLimit from 'p-limit';
import type { SyncConfig } from '../../domain/config/config.ts';
import { findLost } from './lost-destinations.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from './ports.ts';
import { runResult } from './provider-result.ts';
import type { RunResult } from './results.ts';
import { startSync } from './sync-provider.ts';
import { createDeliveryQueues } from './underway.ts';

/**
 * Syncs every provider of the config. Providers run side by side, and their packages share one bound
 * (`concurrency`), so that a provider with many platforms does not wait behind one with few.
 * One provider's failure never stops another; it stands in the result. A provider gives its place up as soon as
 * only destinations that hold others up are left.
 */
export async function syncProviders(
  ports: SyncPorts,
  config: SyncConfig,
  options: SyncOptions = {},
): Promise<RunResult> {
  const started = ports.clock.monotonic();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const queues = createDeliveryQueues(concurrency, await findLost(ports.destinations));
  const running = await pLimit(concurrency).map(config.providers, async (entry) => {
    const { onTime, result } = startSync(ports, entry, undefined, { ...options, queues });
    await onTime;
    return { result };
  });
  const providers = await Promise.all(running.map(({ result }) => result));
  return runResult(providers, Math.round(ports.clock.monotonic() - started));
}
