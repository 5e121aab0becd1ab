import type { LockEntry } from '../domain/provider-lock/lock-file.ts';

export interface TerraformCall {
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** Its abort asks Terraform to stop: once, whatever happens afterwards. */
  readonly stop: AbortSignal;
  /** A line of output, as it comes. Long ones are cut. */
  readonly onLine?: (line: string) => void;
  /** Keeps the output in the folder under this name, so that it is there when this process is not any more. */
  readonly keepAs?: string;
}

export interface TerraformEnd {
  /** Undefined when it was killed, or did not come about. */
  readonly code: number | undefined;
  /** Everything that it wrote, up to a number of bytes; throws TerraformFailed when it is more. */
  output(maxBytes: number): Promise<string>;
}

/** A folder to run Terraform in, with the providers of one mirror and nothing else. Disposing removes it unless it is kept. */
export interface TerraformWorkspace extends AsyncDisposable {
  /** What lies in it is needed, and is nowhere else: `leftFile` finds it, until `open` is called again. */
  keep(): void;
  run(call: TerraformCall): Promise<TerraformEnd>;
  write(name: string, contents: Uint8Array | string): Promise<void>;
  read(name: string): Promise<Uint8Array | undefined>;
}

export interface Terraform {
  /** Lock entries that the mirror does not offer: they were recalled, or never came in. Empty where init itself will tell. */
  missing(entries: readonly LockEntry[]): Promise<readonly LockEntry[]>;
  /**
   * An empty folder with these files, text by path. What an earlier process left running in it is waited for, and in
   * the end stopped.
   */
  open(id: string, files: ReadonlyMap<string, string>): Promise<TerraformWorkspace>;
  /** Waits as `open` does, and gives what an earlier run kept under `name`, line by line. */
  leftBehind(id: string, name: string): AsyncIterable<string>;
  /** Removes what an earlier run left in the folder, secrets among it. Only while nobody else can run there. */
  discard(id: string): Promise<void>;
  /** A file that an earlier run left in the folder. */
  leftFile(id: string, name: string): Promise<Uint8Array | undefined>;
}
