import type { Clock } from '../../ports/clock.ts';
import type { Destination } from '../../ports/destination.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Progress } from '../../ports/progress.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { FanOutPolicy } from '../transfer/fan-out.ts';
import type { TransferInput } from '../transfer/transfer-file.ts';

/** Everything a sync touches outside itself. */
export interface SyncPorts {
  readonly publicRegistry: PublicRegistry;
  /** In the config's order. */
  readonly destinations: readonly Destination[];
  /** True where the config names its destinations: then results tell each one's outcome, too. */
  readonly destinationsNamed: boolean;
  readonly events: EventLog;
  readonly progress: Progress;
  readonly clock: Clock;
  /** What admission reads, and where every sight is recorded; without one, only what a config says by itself counts. */
  readonly ledger?: Ledger | undefined;
  /** Whether what is let in is recorded so, as a sync does; other runs record only what they saw. */
  readonly admits?: boolean;
  /** True where the public registry is one that has only some versions, as a bundle's. */
  readonly partial?: boolean;
  /** The destinations as cleanup sees them: where recalled versions are looked for. */
  readonly stores?: readonly VersionStore[];
}

export interface SyncOptions {
  /** How many packages pass at once, over all providers. Default 16. */
  readonly concurrency?: number;
  /** Aborting stops the run cleanly; its reason, when a SyncError, is the error of what was under way. */
  readonly signal?: AbortSignal;
  /** How patiently packages are transferred; the transfer's own defaults when absent. */
  readonly transfer?: Pick<TransferInput, 'limits' | 'sleep' | 'random'>;
  /** When a destination counts as holding the others up; the fan-out's own defaults when absent. */
  readonly fanOut?: Partial<FanOutPolicy>;
  /**
   * How long, in milliseconds, the destinations that are ready wait for the others, so that they share downloads.
   * Default 5,000.
   */
  readonly togetherMs?: number;
}

export const DEFAULT_CONCURRENCY = 16;
