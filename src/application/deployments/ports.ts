import type { Clock } from '../../ports/clock.ts';
import type { DeploymentKinds } from '../../ports/deployment-kinds.ts';
import type { DeploymentRequests } from '../../ports/deployment-requests.ts';
import type { DeploymentSecrets } from '../../ports/deployment-secrets.ts';
import type { DeploymentStore } from '../../ports/deployment-store.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { RunnerWatch } from '../../ports/runner-watch.ts';
import type { Terraform } from '../../ports/terraform.ts';

/** What it takes to change a request. */
export interface RequestPorts {
  readonly requests: DeploymentRequests;
  readonly clock: Clock;
  /** Absent where none is kept. */
  readonly ledger?: Pick<Ledger, 'append'> | undefined;
  /** Told when the ledger did not take a fact; the request keeps it, and the monitor hands it on. */
  readonly whenNotKept?: (error: unknown) => void;
}

export interface RunPorts extends RequestPorts {
  readonly kinds: DeploymentKinds;
  readonly store: DeploymentStore;
  readonly secrets: DeploymentSecrets;
  readonly terraform: Terraform;
  readonly watch: RunnerWatch;
  /** Calls `tick` again and again until the returned function is called. */
  readonly every: (milliseconds: number, tick: () => void) => () => void;
}
