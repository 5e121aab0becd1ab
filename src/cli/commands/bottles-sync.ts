import { planBottles } from '../../application/bottles/plan.ts';
import { syncBottles } from '../../application/bottles/sync.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import type { CommandSpec, OptionSpec } from '../command-spec.ts';
import { clientLines } from '../render/bottles-clients.ts';
import { BOTTLES_RESULT } from '../render/bottles-result.ts';
import type { SettingsReader } from '../settings-reader.ts';
import { CONCURRENCY_OPTION, CONFIG_ARGUMENT } from '../shared-options.ts';
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
  ],
  variables: BOTTLES_VARIABLES,
  examples: [
    'provider-sync bottles sync',
    'provider-sync bottles sync --mirror-url https://brew.acme.example',
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readBottlesSettings(invocation, (reader) => ({
      allowed: readAllowed(reader),
      mirrorUrl: reader.option('--mirror-url')?.value,
    }));
    const { concurrency, own } = settings;
    const entry = allowing(settings.entry, own.allowed);
    const options = { signal, ...(concurrency === undefined ? {} : { concurrency }) };
    const result = await withBottles(invocation, settings, (ports) => syncBottles(ports, entry, options));
    const code = tellResult(io, settings, result, BOTTLES_RESULT);
    if (result.current !== null && !settings.json && !settings.quiet) {
      io.stdout.write(`\n${clientLines(entry.destination, own.mirrorUrl).join('\n')}\n`);
    }
    return code;
  },
};

function readAllowed(reader: SettingsReader): readonly string[] {
  return reader.option('--allow-missing')?.value.split(',') ?? [];
}

function allowing(entry: BottlesEntry, more: readonly string[]): BottlesEntry {
  return { ...entry, allowMissing: [...entry.allowMissing, ...more] };
}
