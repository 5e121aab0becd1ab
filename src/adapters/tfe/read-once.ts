/** Something read once and remembered. */
export interface ReadOnce<T> {
  /** Reads at the first call; who asks meanwhile waits for the same answer. A failure is not remembered. */
  get(): Promise<T>;
  /** The next `get` reads anew. */
  forget(): void;
}

export function readOnce<T>(read: () => Promise<T>): ReadOnce<T> {
  let remembered: Promise<T> | undefined;
  return {
    get: () => {
      if (remembered) return remembered;
      const reading = read();
      remembered = reading;
      reading.catch(() => {
        if (remembered === reading) remembered = undefined;
      });
      return reading;
    },
    forget: () => {
      remembered = undefined;
    },
  };
}
