/** Times of packages under way, by name. */
export interface Stopwatches {
  start(name: string): void;
  /** Milliseconds since its start; undefined when it was never started. */
  elapsed(name: string): number | undefined;
  stop(name: string): void;
}

export function createStopwatches(monotonic: () => number): Stopwatches {
  const started = new Map<string, number>();
  return {
    start: (name) => void started.set(name, monotonic()),
    elapsed(name) {
      const start = started.get(name);
      return start === undefined ? undefined : monotonic() - start;
    },
    stop: (name) => void started.delete(name),
  };
}
