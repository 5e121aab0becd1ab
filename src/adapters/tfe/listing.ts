import { type ErrorCode, isSyncError, SyncError } from '../../domain/errors.ts';
import type { Schema } from '../http/read-document.ts';
import { type Api, answerInvalid } from './api.ts';
import { readOne } from './resources.ts';
import type { Identified, Page, Pagination } from './schema.ts';

/** The most the API gives at once. */
const PAGE_SIZE = 100;
/** What the API gives at once when nobody asks for more. */
const LEAST_ON_A_PAGE = 20;
/** Small pages are borne with for as long as they are few. */
const FEW_PAGES = 10;
/** More than any registry holds: what announces more would be read for hours. */
const MOST_MEMBERS = 100_000;

/**
 * Every member of a listing, page by page as `meta.pagination` counts them; links are never followed. Undefined
 * when the first page answers 404. Throws ListingIncomplete when the pages do not add up, because what is
 * missing from a listing is easily taken for absent.
 */
export async function readAllPages<T extends Identified>(
  api: Api,
  path: string,
  target: string,
  schema: Schema<Page<T>>,
): Promise<readonly T[] | undefined> {
  const members = new Map<string, T>();
  let expected: number | undefined;
  let number: number | null = 1;
  while (number !== null) {
    const found: { readonly data: Page<T> } | undefined = await readOne(
      api,
      withPage(path, number),
      `${target}, page ${number}`,
      schema,
    );
    if (!found && number === 1) return undefined;
    if (!found) throw incomplete(target, `page ${number} is announced but not there`);
    const meta: Pagination = requirePagination(found.data, number, target);
    expected ??= meta.totalCount;
    if (expected > MOST_MEMBERS) {
      throw answerInvalid(
        target,
        `it announces ${expected} entries, and no more than ${MOST_MEMBERS} are read`,
      );
    }
    if (number > FEW_PAGES + Math.ceil(expected / LEAST_ON_A_PAGE)) {
      throw incomplete(target, `after ${number} pages there is still another for ${expected} entries`);
    }
    if (meta.totalCount !== expected) {
      throw incomplete(target, `the count changed from ${expected} to ${meta.totalCount} on the way`);
    }
    addAll(members, found.data.members, target);
    number = meta.nextPage;
  }
  if (members.size !== expected) {
    throw incomplete(target, `${expected} were announced and ${members.size} came`);
  }
  return [...members.values()];
}

const DOUBTFUL: readonly ErrorCode[] = ['ListingIncomplete', 'AccessDenied', 'DestinationResponseInvalid'];

/** Whether a listing failed in a way that says nothing about its members: each may still be read by itself. */
export function isDoubtful(error: unknown): boolean {
  return isSyncError(error) && DOUBTFUL.includes(error.code);
}

function requirePagination<T>({ members, pagination }: Page<T>, number: number, target: string): Pagination {
  if (!pagination) throw incomplete(target, `page ${number} has no meta.pagination`);
  const { currentPage, nextPage } = pagination;
  if (currentPage !== number)
    throw incomplete(target, `page ${number} was asked for and ${currentPage} came`);
  if (nextPage !== null && nextPage !== number + 1) {
    throw incomplete(target, `page ${number} is followed by page ${nextPage}`);
  }
  if (nextPage !== null && members.length === 0) {
    throw incomplete(target, `page ${number} is empty but not the last`);
  }
  return pagination;
}

function addAll<T extends Identified>(members: Map<string, T>, added: readonly T[], target: string): void {
  for (const member of added) {
    if (members.has(member.id)) throw incomplete(target, 'the same entry came twice');
    members.set(member.id, member);
  }
}

function withPage(path: string, number: number): string {
  const separator = path.includes('?') ? '&' : '?';
  return `${path}${separator}page%5Bnumber%5D=${number}&page%5Bsize%5D=${PAGE_SIZE}`;
}

function incomplete(target: string, why: string): SyncError {
  return new SyncError(
    'ListingIncomplete',
    `The pages of ${target} do not add up: ${why}. Something may be changing them; run this again.`,
  );
}
