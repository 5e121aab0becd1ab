import { planBottles } from '../../application/bottles/plan.ts';
import { syncBottles } from '../../application/bottles/sync.ts';
import { tellOfBottles, tellOfFailure } from '../../application/bottles/tell-people.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { formatLocation } from '../../domain/config/destinations.ts';
import { toSyncError } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { CommandSpec, Invocation, OptionSpec } from '../command-spec.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { clientLines } from '../render/bottles-clients.ts';
import { BOTTLES_RESULT } from '../render/bottles-result.ts';
import type { NetworkSettings } from '../settings.ts';
import type { SettingsReader } from '../settings-reader.ts';
import { CONCURRENCY_OPTION, CONFIG_ARGUMENT } from '../shared-options.ts';
import {
  composeSlack,
  readSlackWebhook,
  SLACK_OPTION,
  SLACK_VARIABLES,
  type SlackWebhook,
} from '../slack-settings.ts';
import { BOTTLES_OPTIONS, BOTTLES_VARIABLES, readBottlesSettings, withBottles } from './bottles-run.ts';
import { tellResult } from './provider-run.ts';

const ALLOW_MISSING: OptionSpec = {
  flags: '--allow-missing <formula>',
  description: 'publish all the same without this formula; may be given several times',
  repeatable: true,
};

const RUN_OPTIONS = [
  ...BOTTLES_OPTIONS,
  ALLOW_MISSING,
  { ...CONCURRENCY_OPTION, description: 'bottles at once: 1 to 100 (default: 8)' },
];

export const planBottlesCommand: CommandSpec = {
  name: 'plan',
  summary: 'show what a sync would bring; changes nothing',
  description:
    'Proves the signed API, resolves what the config asks for with all that it needs, and shows which bottles ' +
    'the mirror lacks.',
  argument: CONFIG_ARGUMENT,
  options: RUN_OPTIONS,
  variables: BOTTLES_VARIABLES,
  examples: ['provider-sync bottles plan', 'provider-sync bottles plan config.json --json'],
  async run(invocation) {
    const settings = await readBottlesSettings(invocation, readAllowed);
    const entry = allowing(settings.entry, settings.own);
    const options = { signal: invocation.signal };
    const result = await withBottles(invocation, settings, (ports) => planBottles(ports, entry, options));
    return tellResult(invocation.io, settings, result, BOTTLES_RESULT);
  },
};

export const syncBottlesCommand: CommandSpec = {
  name: 'sync',
  summary: 'bring the mirror to what Homebrew has today',
  description:
    'Brings every bottle that the mirror lacks, then the indexes that name them, then a snapshot of the day, and ' +
    'last the API files that clients ask for. Where anything is missing, clients see what they saw before.',
  argument: CONFIG_ARGUMENT,
  options: [
    ...RUN_OPTIONS,
    {
      flags: '--mirror-url <url>',
      description: 'where clients reach the mirror, for the lines to set them up',
    },
    SLACK_OPTION,
  ],
  variables: [...BOTTLES_VARIABLES, ...SLACK_VARIABLES],
  examples: [
    'provider-sync bottles sync',
    'provider-sync bottles sync --mirror-url https://brew.acme.example',
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readBottlesSettings(invocation, async (reader) => ({
      allowed: readAllowed(reader),
      mirrorUrl: reader.option('--mirror-url')?.value,
      slack: await readSlackWebhook(reader, invocation),
    }));
    const { concurrency, own } = settings;
    const entry = allowing(settings.entry, own.allowed);
    const options = { signal, ...(concurrency === undefined ? {} : { concurrency }) };
    const tell = tellerOf(invocation, settings.network, own.slack);
    const result = await withBottles(invocation, settings, (ports) =>
      syncBottles(ports, entry, options),
    ).catch(async (error: unknown) => {
      await tell((notifier) => tellOfFailure({ notifier }, error, formatLocation(entry.destination)));
      throw error;
    });
    const code = tellResult(io, settings, result, BOTTLES_RESULT);
    if (result.current !== null && !settings.json && !settings.quiet) {
      io.stdout.write(`\n${clientLines(entry.destination, own.mirrorUrl).join('\n')}\n`);
    }
    const told = await tell((notifier) => tellOfBottles({ notifier }, result));
    return told ? code : Math.max(1, code);
  },
};

/**
 * Tells people when there is a webhook. Returns false, and says so as a warning, when nobody could be told: the result
 * is out by then, or what ended the run is still to be said.
 */
function tellerOf(
  { io }: Pick<Invocation, 'io'>,
  network: NetworkSettings,
  webhook: SlackWebhook | undefined,
): (say: (notifier: Notifier) => Promise<void>) => Promise<boolean> {
  return async (say) => {
    if (webhook === undefined) return true;
    using reporter = createProgressDisplay(io, { quiet: true });
    // A signal of its own: of a run that was stopped people are told, too.
    const { signal } = new AbortController();
    await using slack = composeSlack(webhook, network, { reporter, signal });
    try {
      await say(slack.notifier);
      return true;
    } catch (error) {
      io.stderr.write(`Warning: ${printable(toSyncError(error).message)}\n`);
      return false;
    }
  };
}

function readAllowed(reader: SettingsReader): readonly string[] {
  return reader.option('--allow-missing')?.value.split(',') ?? [];
}

function allowing(entry: BottlesEntry, more: readonly string[]): BottlesEntry {
  return { ...entry, allowMissing: [...entry.allowMissing, ...more] };
}
