import { SyncError } from '../domain/errors.ts';
import type { CliIo, StopSignal } from './io.ts';

/** 128 + the signal's number, as shells report it. */
const EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C or SIGTERM, with a SyncError "Interrupted" as its reason. */
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM, undefined while nobody interrupted. */
  exitCode(): number | undefined;
}

/** The first signal asks for a clean stop, the second ends the process at once. */
export function listenForInterruption(io: CliIo): Interruption {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  const stopListening = io.onStopSignal((signal) => {
    if (received !== undefined) {
      io.exit(EXIT_CODES[signal]);
      return;
    }
    received = signal;
    // Aborted first, so that progress bars are gone before the line is written.
    controller.abort(
      new SyncError('Interrupted', `Stopped by ${signal} before it was done. Run it again to go on.`),
    );
    io.stderr.write('\nStopping cleanly. Once more stops at once.\n');
  });
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? undefined : EXIT_CODES[received]),
    [Symbol.dispose]: stopListening,
  };
}
