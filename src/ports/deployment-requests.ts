import type { DeploymentRequest, DeploymentStatus } from '../domain/deployment-request/request.ts';
import type { UnreadableRow } from '../domain/deployment-request/unreadable.ts';

interface ListedRequests {
  readonly requests: readonly DeploymentRequest[];
  readonly unreadable: readonly UnreadableRow[];
}

/** By when they were changed last. */
type ListOrder = 'oldest-first' | 'newest-first';

/**
 * The table of requests. Writes are conditional: whoever has seen an older revision writes nothing. Reads are of what
 * was written last. Methods throw a SyncError: ServiceUnavailable when it passes with time, ServiceUnreachable when
 * not. Of a row that is no request `read` throws DeploymentInvalid, and `list` tells it beside the others.
 */
export interface DeploymentRequests {
  /** For messages. */
  readonly location: string;
  /** False when there is one with this id already, which stays as it is. */
  create(request: DeploymentRequest): Promise<boolean>;
  read(id: string): Promise<DeploymentRequest | undefined>;
  /** Writes `request` when the row is still of the revision `seen`; false when it is not. */
  replace(request: DeploymentRequest, seen: number): Promise<boolean>;
  /**
   * The first `limit` of those in one state, those changed longest ago first unless `order` says otherwise. Rows among
   * them that are no requests are named apart, at most `limit` of them too, and take nobody's place.
   */
  list(status: DeploymentStatus, limit: number, order?: ListOrder): Promise<ListedRequests>;
  close(): Promise<void>;
}
