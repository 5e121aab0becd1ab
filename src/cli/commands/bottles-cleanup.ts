import { type BottleCleanupResult, cleanupBottles } from '../../application/bottles/cleanup.ts';
import { SyncError } from '../../domain/errors.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { countOf, formatBytes } from '../render/quantities.ts';
import type { ResultRenderer } from '../render/result-renderer.ts';
import { readWholeNumber } from '../settings.ts';
import type { SettingsReader } from '../settings-reader.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { BOTTLES_OPTIONS, BOTTLES_VARIABLES, readBottlesSettings, withBottles } from './bottles-run.ts';
import { tellResult } from './provider-run.ts';

const DEFAULT_MAX_SHARE = 0.5;

export const cleanupBottlesCommand: CommandSpec = {
  name: 'cleanup',
  summary: 'delete snapshots beyond those that are kept, and what they alone need',
  description:
    'Keeps the newest snapshots ("keep-snapshots" in the config), the current one, and every one that a client may ' +
    'still hold the API of (7 days). Deletes the others, and the bottles that none of the kept names. Asks first.',
  argument: CONFIG_ARGUMENT,
  options: [
    ...BOTTLES_OPTIONS,
    { flags: '--keep <n>', description: 'how many of the newest snapshots stay (default: the config’s)' },
    { flags: '--max-share <share>', description: 'stop when more of the bottles would go (default: 0.5)' },
    { flags: '--dry-run', description: 'show what would be deleted; changes nothing' },
    { flags: '--yes', description: 'delete without asking' },
  ],
  variables: BOTTLES_VARIABLES,
  examples: ['provider-sync bottles cleanup --dry-run', 'provider-sync bottles cleanup --keep 90 --yes'],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readBottlesSettings(invocation, readOwn);
    const { keep, maxShare, dryRun, yes } = settings.own;
    if (!dryRun && !yes && io.ask === undefined) throw unconfirmed();
    const request = { keepSnapshots: keep ?? settings.entry.keepSnapshots, maxShare, signal };
    const result = await withBottles(invocation, settings, async (ports) => {
      const preview = await cleanupBottles(ports, { ...request, dryRun: true });
      if (dryRun || preview.files.length === 0) return preview;
      if (!yes && preview.brake === undefined) await confirm(invocation, preview);
      return await cleanupBottles(ports, { ...request, dryRun: false });
    });
    return tellResult(io, settings, result, CLEANUP);
  },
};

function readOwn(reader: SettingsReader) {
  const keep = reader.option('--keep');
  const share = reader.option('--max-share');
  const maxShare = share === undefined ? DEFAULT_MAX_SHARE : Number(share.value);
  if (share !== undefined && !(maxShare >= 0 && maxShare <= 1)) {
    reader.note({
      path: share.from,
      message: `is "${share.value}"`,
      fix: 'Give a share from 0 to 1, such as 0.5.',
    });
  }
  return {
    keep: keep && readWholeNumber(reader, keep, 1, 100_000),
    maxShare,
    dryRun: reader.switchedOn('--dry-run'),
    yes: reader.switchedOn('--yes'),
  };
}

async function confirm({ io, signal }: Invocation, preview: BottleCleanupResult): Promise<void> {
  io.stderr.write(`${CLEANUP.whole(preview, io.stderr)}\n\n`);
  const answer = await io.ask?.(
    `Delete ${countOf(preview.files.length, 'file')} for good? Only "yes" is taken for it: `,
    signal,
  );
  if (answer?.trim() !== 'yes') {
    throw new SyncError('ConfirmationRequired', 'Nothing was deleted: the answer was not "yes".');
  }
}

function unconfirmed(): SyncError {
  return new SyncError(
    'ConfirmationRequired',
    'Cleanup deletes for good, and here is no terminal to ask on. Look at --dry-run, then give --yes.',
  );
}

const CLEANUP: ResultRenderer<BottleCleanupResult> = {
  whole: (result) => {
    const { keptSnapshots, deletedSnapshots, files, bytes, dryRun, destination } = result;
    const verb = dryRun ? 'would be deleted' : 'deleted';
    const bottles = files.filter((file) => file.includes('/blobs/')).length;
    const failures = failuresOf(result);
    return [
      ...deletedSnapshots.map((name) => `snapshot ${name}: ${verb}`),
      ...(failures === '' ? [] : [failures]),
      `${countOf(keptSnapshots.length, 'snapshot')} kept at ${destination}; ${countOf(deletedSnapshots.length, 'snapshot')} and ` +
        `${countOf(bottles, 'bottle')} ${verb} (${countOf(files.length, 'file')}, ${formatBytes(bytes)}).${dryRun ? ' Nothing was changed.' : ''}`,
    ].join('\n');
  },
  failures: failuresOf,
};

function failuresOf({ brake, failed }: BottleCleanupResult): string {
  return [
    ...(brake === undefined ? [] : [`This cleanup would not run: ${brake.message}`]),
    ...failed.map(({ file, error }) => `${file}: ${error.message}`),
  ].join('\n');
}
