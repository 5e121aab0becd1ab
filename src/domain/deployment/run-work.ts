import { SyncError } from '../errors.ts';
import { pagesOf } from './execution-budget.ts';
import type { ConfigReference, ProviderReference } from './run-references.ts';
import type { RunProgress } from './run-report.ts';

/** What one execution of the state machine works on. */
export interface RunWork {
  /** The ARN of the run's execution, which is not that of a page's. Null when a person asks. */
  readonly executionId: string | null;
  readonly config: ConfigReference;
  readonly providers: readonly ProviderReference[];
  /** How many providers each page of the run has. */
  readonly pages: readonly number[];
  /** True when each page has an execution of its own: then `providers` is empty. */
  readonly inPages: boolean;
  /** True in the execution of one page. */
  readonly isPage: boolean;
  readonly progress: RunProgress;
  /** True when every provider is checked and none is published. */
  readonly dryRun: boolean;
}

/**
 * All providers of the config, those of one page, or none where each page has an execution of its own.
 * `progress` is what a run hands to the execution of a page. Throws ConfigTooLarge, and ConfigInvalid when the page
 * is gone, which can happen only where the bucket keeps no versions.
 */
export function workOf(
  run: {
    readonly executionId: string | undefined;
    readonly progress: RunProgress | undefined;
    readonly dryRun: boolean;
  },
  config: ConfigReference,
  providers: readonly ProviderReference[],
): RunWork {
  const pages = pagesOf(config, providers);
  const isPage = run.progress !== undefined;
  const progress = run.progress ?? { page: 0, more: true, digest: null };
  const inPages = !isPage && pages.length > 1;
  const page = pages[progress.page];
  if (page === undefined) {
    throw new SyncError(
      'ConfigInvalid',
      `The config changed during the run: it no longer has a page ${progress.page + 1}. Turn versioning on for the config bucket, and start the sync again.`,
    );
  }
  if (run.dryRun && inPages) {
    // The executions of pages would not know of it, and publish.
    throw new SyncError(
      'ConfigTooLarge',
      `A dry run takes a config of one page, and this one has ${pages.length}. Give it fewer providers.`,
    );
  }
  return {
    executionId: run.executionId ?? null,
    config,
    providers: inPages ? [] : page.providers,
    pages: pages.map((each) => each.providers.length),
    inPages,
    isPage,
    progress,
    dryRun: run.dryRun,
  };
}
