import pLimit from 'p-limit';
import type { SyncConfig } from '../domain/config/config.ts';
import { downloadAndUpload } from './download-and-upload.ts';
import { runResult } from './provider-result.ts';
import type { RunResult } from './results.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from './sync-ports.ts';

/**
 * Syncs every provider of the config. Providers run side by side, and their packages share one bound
 * (`concurrency`), so that a provider with many platforms does not wait behind one with few.
 * One provider's failure never stops another; it stands in the result.
 */
export async function syncProviders(
  ports: SyncPorts,
  config: SyncConfig,
  options: SyncOptions = {},
): Promise<RunResult> {
  const started = ports.clock.now().getTime();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const packages = pLimit(concurrency);
  const providers = await pLimit(concurrency).map(config.providers, (entry) =>
    downloadAndUpload(ports, entry, undefined, { ...options, limit: packages }),
  );
  return runResult(providers, ports.clock.now().getTime() - started);
}
