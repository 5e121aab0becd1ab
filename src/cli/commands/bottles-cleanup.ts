import { cleanupBottles } from '../../application/bottles/cleanup.ts';
import type { CommandSpec } from '../command-spec.ts';
import { BOTTLES_CLEANED } from '../render/bottles-mirror.ts';
import { countOf } from '../render/quantities.ts';
import { readWholeNumber } from '../settings.ts';
import type { SettingsReader } from '../settings-reader.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { BOTTLES_OPTIONS, BOTTLES_VARIABLES, readBottlesSettings, withBottles } from './bottles-run.ts';
import { allowsDeletion, requireWayToConfirm } from './deletion-question.ts';
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
    requireWayToConfirm(io, settings.own);
    const request = { keepSnapshots: keep ?? settings.entry.keepSnapshots, maxShare, signal };
    const result = await withBottles(invocation, settings, async (ports) => {
      const preview = await cleanupBottles(ports, { ...request, dryRun: true });
      if (dryRun || preview.files.length === 0) return preview;
      if (!yes && preview.brake === undefined) {
        io.stderr.write(`${BOTTLES_CLEANED.whole(preview, io.stderr)}\n\n`);
        const allowed = await allowsDeletion(invocation, countOf(preview.files.length, 'file'));
        // As of a dry run, which it came to.
        if (!allowed) return settings.json ? preview : undefined;
      }
      return await cleanupBottles(ports, { ...request, dryRun: false });
    });
    return result === undefined ? 0 : tellResult(io, settings, result, BOTTLES_CLEANED);
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
