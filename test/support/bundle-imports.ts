import { readVerifyKeyFile } from '../../src/adapters/bundle/company-signature.ts';
import { createImportHistoryFile } from '../../src/adapters/bundle/import-history-file.ts';
import { openForImport } from '../../src/adapters/bundle/open-for-import.ts';
import { importBundle } from '../../src/application/bundle/import-bundle.ts';
import type { SyncConfig } from '../../src/domain/config/config.ts';
import { fixedClock } from '../fakes/clock.ts';
import { createFakeDestination, type FakeDestination } from '../fakes/destination.ts';
import { createRecordingReporter } from '../fakes/event-reporter.ts';
import { writeBundleFolder, writeBundleTar } from './bundles.ts';

/** Both forms of a bundle, with what writes members as such. */
export const BUNDLE_FORMS = [
  ['folder', writeBundleFolder],
  ['tar', writeBundleTar],
] as const;

const clock = fixedClock(new Date('2026-11-02T00:00:00Z'));

export interface ImportOptions {
  readonly config: SyncConfig;
  /** Path of the record of imports. */
  readonly history: string;
  readonly allowOlder?: boolean;
  readonly verifyKey?: string;
  readonly destination?: FakeDestination;
}

/** An import from the file or folder at `path`, as the command makes it, into a destination in memory. */
export async function importFrom(path: string, options: ImportOptions) {
  const destination = options.destination ?? createFakeDestination();
  const verifyKey = options.verifyKey === undefined ? undefined : await readVerifyKeyFile(options.verifyKey);
  const history = createImportHistoryFile(options.history);
  const reporter = createRecordingReporter();
  await using bundle = await openForImport(path, { verifyKey });
  const ports = {
    bundle,
    history,
    destinations: [destination],
    destinationsNamed: false,
    events: reporter,
    progress: reporter,
    clock,
  };
  const result = await importBundle(ports, options.config, { allowOlder: options.allowOlder ?? false });
  return {
    /** "anvil 1.0.0" of what was not there before. */
    delivered: result.providers
      .filter(({ outcome }) => outcome === 'published')
      .map(({ address, version }) => `${address.split('/')[2]} ${version}`),
    remarks: result.remarks,
    skipped: result.skipped.map(({ version, reason }) => `${version}: ${reason}`),
  };
}
