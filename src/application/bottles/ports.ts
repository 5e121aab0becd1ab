import type { BottleRegistry, FormulaeApi } from '../../ports/bottle-source.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import type { Progress } from '../../ports/progress.ts';
import type { TransferInput } from '../transfer/transfer-file.ts';

/** Everything that mirroring bottles touches outside itself. */
export interface BottlePorts {
  readonly api: FormulaeApi;
  readonly registry: BottleRegistry;
  readonly store: MirrorStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly progress?: Progress;
  /** Tells what is recalled beside the config's own recalls. */
  readonly ledger?: Ledger | undefined;
}

export interface BottleOptions {
  /** How many bottles, indexes and manifests are on their way at once. Default 8: the registry limits its callers. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly transfer?: Pick<TransferInput, 'limits' | 'sleep' | 'random'>;
}
