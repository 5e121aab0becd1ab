import { ERROR_CODES } from '../errors.ts';
import {
  addBrokenPart,
  addResults,
  EMPTY_DIGEST,
  type FailedProvider,
  MAX_NAMED,
  type ProviderEnd,
  type RunDigest,
  shortMessage,
} from '../notification/digest.ts';
import { type CaughtError, readCaughtError } from '../notification/received-error.ts';
import type { ProviderReference } from './run-references.ts';

/** How far a run has come: what a page hands on to the next one. */
export interface RunProgress {
  /** The page that is next, from 0. */
  readonly page: number;
  /** False when nothing is left to do. */
  readonly more: boolean;
  /** Null before the first page. */
  readonly digest: RunDigest | null;
}

/** The error of an item of the Map, with what is known of the provider. */
export interface FailedItem {
  readonly provider: ProviderReference;
  readonly status?: { readonly resolvedVersion: string } | undefined;
  readonly error: CaughtError;
}

/** The failure in the form in which the run keeps it. */
export function recordFailure({ provider, status, error }: FailedItem): FailedProvider {
  const { name, message } = readCaughtError(error);
  return {
    address: provider.address,
    requested: provider.version,
    version: status?.resolvedVersion ?? null,
    step: status === undefined ? 'check' : 'upload',
    code: name,
    message: shortMessage(message),
  };
}

export interface PageWork {
  readonly progress: RunProgress;
  /** How many providers each page of the run has. */
  readonly pages: readonly number[];
  /** What the Map has of each provider. */
  readonly results: readonly ProviderEnd[];
  /** What broke the work on the page off. */
  readonly stopped: CaughtError | null;
}

/** The progress after a page was worked on, or after the only page of a run. */
export function afterPage({
  progress,
  pages,
  results,
  stopped,
}: PageWork): RunProgress & { readonly digest: RunDigest } {
  const { page } = progress;
  const before = progress.digest ?? EMPTY_DIGEST;
  const digest = addResults(before, results);
  if (stopped !== null) {
    const { name, message } = readCaughtError(stopped);
    return {
      page,
      more: false,
      digest: { ...digest, stopped: { code: name, message: shortMessage(message) } },
    };
  }
  return { page: page + 1, more: page + 1 < pages.length, digest };
}

/** The name under which a digest counts the providers of a page that broke off for a reason that is not one of ours. */
const PAGE_BROKE_OFF = 'PageBrokeOff';

/** The progress after the execution of a page ended without a result: the next pages are worked on all the same. */
export function afterBrokenPage({
  progress,
  pages,
  error,
}: Pick<PageWork, 'progress' | 'pages'> & { readonly error: CaughtError }): RunProgress {
  const { page } = progress;
  const digest = addBrokenPart(progress.digest ?? EMPTY_DIGEST, pages[page] ?? 0, codeOfPage(error));
  return { page: page + 1, more: page + 1 < pages.length, digest };
}

/** `startExecution.sync:2` hands on the execution's description as JSON: its Error is what the page ended with. */
function codeOfPage({ Cause = '' }: CaughtError): string {
  try {
    const { Error: name } = JSON.parse(Cause) as { Error?: unknown };
    return ERROR_CODES.find((code) => code === name) ?? PAGE_BROKE_OFF;
  } catch {
    return PAGE_BROKE_OFF;
  }
}

/** How a run ends: as its execution says it. */
export interface RunEnd {
  readonly outcome: 'succeeded' | 'failed';
  /** What an execution that succeeded has for its output. `providers` are those of the config; `bytes` of packages. */
  readonly summary: { readonly providers: number } & Pick<RunDigest, 'outcomes' | 'bytes'>;
  /** The name of the error, empty when it succeeded. */
  readonly error: string;
  /** What the console shows of a failed execution: at most 32,768 characters. */
  readonly cause: string;
}

/** `total` is the number of providers in the config. */
export function endOf(digest: RunDigest, total: number): RunEnd {
  const { failed, outcomes, bytes, causes, stopped } = digest;
  const summary = { providers: total, outcomes, bytes };
  if (stopped !== null) {
    const cause = `The run was stopped: ${stopped.message} Nothing more was asked of the ${total} providers.`;
    return { outcome: 'failed', summary, error: stopped.code, cause };
  }
  if (failed === 0) return { outcome: 'succeeded', summary, error: '', cause: '' };
  const first = causes
    .flatMap(({ named }) => named)
    .slice(0, MAX_NAMED)
    .map(({ address, code }) => ({ outcome: 'failed', address, code }));
  const counts = causes.map(({ code, providers }) => `${code} ${providers}`).join(', ');
  const cause =
    causes.length === 1 && first.length === failed
      ? `${failed} of ${total} providers failed. The first: ${JSON.stringify(first)}`
      : `${failed} of ${total} providers failed (${counts}). The first: ${JSON.stringify(first)}`;
  return { outcome: 'failed', summary, error: 'ProvidersFailed', cause };
}
