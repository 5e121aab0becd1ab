import type { ProgressSignal } from '../domain/events/progress-signal.ts';

/** Told how far things are; never throws and never delays the caller. */
export interface Progress {
  signal(signal: ProgressSignal): void;
}
