/** One of the two places text goes to. */
export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Width to lay out for; Infinity where nobody sees columns, as in a pipe. */
  readonly columns: number;
  readonly color: boolean;
  /** The stream itself, for what draws on a terminal. */
  readonly stream: NodeJS.WritableStream;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Everything the command line shares with the process it runs in, so that it can also run inside a test. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Standard input, for what is read from it; absent where there is none. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly environment: Environment;
  /** Milliseconds that only grow, for rates. */
  readonly monotonic: () => number;
  /** Calls `listener` on each signal until the returned function is called. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void;
  /**
   * Asks on the terminal and resolves with the line that was typed, "" at the end of input. Rejects with the
   * signal's reason when it aborts. Absent where nobody could answer.
   */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<string>;
  /** Calls `tick` again and again until the returned function is called. Keeps no process alive. */
  every(milliseconds: number, tick: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}
