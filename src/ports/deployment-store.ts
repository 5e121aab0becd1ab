/** Terraform's `backend` block for one deployment, as JSON. Without credentials. */
interface StateBackend {
  readonly type: 'local' | 's3';
  readonly config: Readonly<Record<string, unknown>>;
}

/** Who holds a state, as Terraform itself wrote it there. */
interface StateLock {
  readonly id: string;
  /** `user@host`. */
  readonly who: string;
  readonly operation: string;
  readonly created: string;
}

/**
 * Where everything of deployments lies but the requests: states, plans, logs, kinds as they were used, and what runs
 * saved. All of it is confidential, and is kept so. Methods throw a SyncError: ServiceUnavailable when it passes with
 * time, ServiceUnreachable when not.
 */
export interface DeploymentStore {
  /** For messages. */
  readonly location: string;
  /** Where a deployment's state lies: made of the id alone. */
  stateKey(id: string): string;
  backend(id: string): StateBackend;
  /** The state's text; undefined when there is none. An empty one is "". */
  readState(id: string): Promise<string | undefined>;
  /** Undefined when nobody holds it, or when holding it ends with the holder's process. */
  readLock(id: string): Promise<StateLock | undefined>;
  /** `name`: segments of letters, digits, `.`, `_` and `-`, with `/` between them. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  remove(name: string): Promise<void>;
}
