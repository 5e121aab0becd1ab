import { createS3Bookmark, createS3HeadsArchive } from '../../adapters/aws/s3-ledger-objects.ts';
import type { Bookmark } from '../../ports/bookmark.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HeadsArchive } from '../../ports/heads-archive.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Outbox } from '../../ports/outbox.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readNotification } from '../settings.ts';
import { systemClock } from './clock.ts';
import { createOutbox, createTable, ledgerBuckets } from './ledger.ts';
import { createNotifier } from './notification.ts';

interface KeepingComposition {
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly notifier: Notifier;
  readonly bookmark: Bookmark;
  /** Undefined where the ledger's heads are not kept by this stack. */
  readonly archive: HeadsArchive | undefined;
  readonly clock: Clock;
  /** Counts and logs what was done. */
  report(done: Readonly<Record<string, unknown>>): void;
}

export function composeKeeping(runtime: Runtime): KeepingComposition {
  const { environment, telemetry } = runtime;
  const settings = readSettings(environment, (reader) => ({
    tableName: reader.required('LEDGER_TABLE'),
    outbox: { bucket: reader.required('OUTBOX_BUCKET'), prefix: reader.required('OUTBOX_PREFIX') },
    bookmarkKey: reader.required('BOOKMARK_KEY'),
    headsBucket: reader.optional('HEADS_BUCKET'),
    headsKey: reader.required('HEADS_KEY'),
    notification: readNotification(reader),
  }));
  const s3 = ledgerBuckets(environment);
  const { outbox, headsBucket } = settings;
  return {
    ledger: createTable(settings.tableName),
    outbox: createOutbox(outbox, environment),
    notifier: createNotifier(runtime, settings.notification),
    bookmark: createS3Bookmark(s3, { bucket: outbox.bucket, key: settings.bookmarkKey }),
    archive:
      headsBucket === undefined
        ? undefined
        : createS3HeadsArchive(s3, { bucket: headsBucket, key: settings.headsKey }),
    clock: systemClock,
    report: (done) => telemetry.logger.info('LedgerKept', done),
  };
}
