import { createS3Bookmark, createS3HeadsArchive } from '../../adapters/aws/s3-ledger-objects.ts';
import type { TellingPorts } from '../../application/ledger/tell-upstream.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HeadsArchive } from '../../ports/heads-archive.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Outbox } from '../../ports/outbox.ts';
import { type EnvironmentReader, readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readNotification } from '../settings.ts';
import { systemClock } from './clock.ts';
import { createOutbox, createTable, ledgerBuckets } from './ledger.ts';
import { createNotifier } from './notification.ts';

interface KeepingComposition {
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  /** How people hear of what changed upstream; undefined where another stack tells them. */
  readonly telling: TellingPorts | undefined;
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
    telling: readTelling(reader),
    heads: readHeadsPlace(reader),
  }));
  const s3 = ledgerBuckets(environment);
  const { outbox, telling, heads } = settings;
  const ledger = createTable(settings.tableName);
  return {
    ledger,
    outbox: createOutbox(outbox, environment),
    telling: telling && {
      ledger,
      notifier: createNotifier(runtime, telling.notification),
      bookmark: createS3Bookmark(s3, { bucket: outbox.bucket, key: telling.bookmarkKey }),
      clock: systemClock,
    },
    archive: heads && createS3HeadsArchive(s3, heads),
    clock: systemClock,
    report: (done) => telemetry.logger.info('LedgerKept', done),
  };
}

/** Undefined where no bookmark is named. */
function readTelling(reader: EnvironmentReader) {
  const bookmarkKey = reader.optional('BOOKMARK_KEY');
  return bookmarkKey === undefined ? undefined : { bookmarkKey, notification: readNotification(reader) };
}

/** Undefined where no bucket for heads is named. */
function readHeadsPlace(reader: EnvironmentReader) {
  const bucket = reader.optional('HEADS_BUCKET');
  return bucket === undefined ? undefined : { bucket, key: reader.required('HEADS_KEY') };
}
