/**
 * A read of a socket brings up to twice as much: it keeps both connections busy, since the sockets have buffers of their
 * own. Four times as much was no faster, and took 16 transfers side by side 13 MiB more.
 */
const PAUSE_AT_BYTES = 64 * 1024;

export interface BodyQueue {
  push(chunk: Uint8Array): void;
  end(): void;
  fail(error: Error): void;
  /** To be read once, by one reader. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Turns pushed chunks into an async iterable: `pause` and `resume` steer the one who pushes, `abandon` is called
 * when the reader leaves before the end.
 */
export function createBodyQueue(control: { pause(): void; resume(): void; abandon(): void }): BodyQueue {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let paused = false;
  let finished = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;

  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  const take = (): IteratorResult<Uint8Array, undefined> | undefined => {
    const chunk = chunks.shift();
    if (chunk === undefined) {
      if (failure !== undefined) throw failure;
      return finished ? { done: true, value: undefined } : undefined;
    }
    bytes -= chunk.length;
    if (paused && bytes < PAUSE_AT_BYTES / 2) {
      paused = false;
      control.resume();
    }
    return { done: false, value: chunk };
  };
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: async () => {
      for (;;) {
        const result = take();
        if (result !== undefined) return result;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    return: async () => {
      chunks.length = 0;
      if (!finished && failure === undefined) {
        finished = true;
        control.abandon();
        notify();
      }
      return { done: true, value: undefined };
    },
  };
  return {
    push: (chunk) => {
      if (finished || failure !== undefined) return;
      chunks.push(chunk);
      bytes += chunk.length;
      if (!paused && bytes >= PAUSE_AT_BYTES) {
        paused = true;
        control.pause();
      }
      notify();
    },
    end: () => {
      finished = true;
      notify();
    },
    fail: (error) => {
      if (finished) return;
      failure ??= error;
      notify();
    },
    body: { [Symbol.asyncIterator]: () => iterator },
  };
}
