import type { Clock } from '../ports/clock.ts';
import type { EventReporter } from '../ports/event-reporter.ts';
import type { PrivateRegistry } from '../ports/private-registry.ts';
import type { PublicRegistry } from '../ports/public-registry.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';
import type { TransferInput } from './transfer/transfer-file.ts';

/** Everything a sync touches outside itself. */
export interface SyncPorts {
  readonly publicRegistry: PublicRegistry;
  readonly privateRegistry: PrivateRegistry;
  readonly signingKeys: SigningKeys;
  readonly reporter: EventReporter;
  readonly clock: Clock;
}

export interface SyncOptions {
  /** How many packages pass at once, over all providers. Default 16. */
  readonly concurrency?: number;
  /** Aborting stops the run cleanly; its reason, when a SyncError, is the error of what was under way. */
  readonly signal?: AbortSignal;
  /** How patiently packages are transferred; the transfer's own defaults when absent. */
  readonly transfer?: Pick<TransferInput, 'limits' | 'sleep' | 'random'>;
}

export const DEFAULT_CONCURRENCY = 16;
