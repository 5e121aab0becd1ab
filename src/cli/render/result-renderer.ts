import type { Canvas } from './table.ts';

export interface ResultRenderer<R> {
  readonly whole: (result: R, canvas: Canvas) => string;
  /** What `--quiet` leaves; empty when all is well. */
  readonly failures: (result: R, canvas: Canvas) => string;
}
