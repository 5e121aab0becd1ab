import { toSyncError } from '../../domain/errors.ts';
import { isNews, renderBottles, renderBottlesFailure } from '../../domain/notification/render-bottles.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { BottlesResult } from './results.ts';

/** Tells people of a sync that has news: something was published, or something is missing. Throws NotificationFailed. */
export async function tellOfBottles(
  { notifier }: { readonly notifier: Notifier },
  result: BottlesResult,
  where: readonly string[] = [],
): Promise<void> {
  const { outcome, summary, destination, snapshot, current, missing } = result;
  if (outcome === 'planned') return;
  const { bottles, fetched, bytes } = summary;
  const notice = { outcome, destination, snapshot, current, bottles, fetched, bytes, missing, where };
  if (isNews(notice)) await notifier.notify(renderBottles(notice));
}

/** Tells people of a sync that broke off. Throws NotificationFailed. */
export async function tellOfFailure(
  { notifier }: { readonly notifier: Notifier },
  failure: unknown,
  destination: string | undefined,
  where: readonly string[] = [],
): Promise<void> {
  const { code, message } = toSyncError(failure);
  await notifier.notify(renderBottlesFailure({ error: { name: code, code, message }, destination, where }));
}
