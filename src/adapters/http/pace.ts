/** Watches the rate at which a peer takes or gives bytes, over the time in which it alone was waited for. */
export interface PaceWatch {
  moved(bytes: number): void;
  /** From here on the peer is waited for. */
  waiting(): void;
  /** From here on something else is, such as whoever reads. */
  resting(): void;
  stop(): void;
}

export interface LeastPace {
  readonly leastBytesPerSecond: number;
  /** Milliseconds. */
  readonly slowMs: number;
}

/** Calls `tooSlow` once when less than the least rate passed in `slowMs` of waiting. */
export function watchPace({ leastBytesPerSecond, slowMs }: LeastPace, tooSlow: () => void): PaceWatch {
  const leastBytes = (leastBytesPerSecond * slowMs) / 1000;
  let bytes = 0;
  let waited = 0;
  let since: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const rest = (): void => {
    clearTimeout(timer);
    if (since !== undefined) waited += performance.now() - since;
    since = undefined;
  };
  const judge = (): void => {
    rest();
    if (bytes < leastBytes) {
      over = true;
      return tooSlow();
    }
    bytes = 0;
    waited = 0;
    wait();
  };
  const wait = (): void => {
    if (since !== undefined || over) return;
    since = performance.now();
    timer = setTimeout(judge, Math.max(0, slowMs - waited));
    timer.unref();
  };
  return {
    moved: (more) => {
      bytes += more;
    },
    waiting: wait,
    resting: rest,
    stop: rest,
  };
}
