import { readConfig } from '../../application/resolve/read-config.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { CommandSpec } from '../command-spec.ts';
import { configSourceAt } from '../config-source.ts';
import { countOf } from '../render/quantities.ts';
import type { ResultRenderer } from '../render/result-renderer.ts';
import { readConfigPath, readOutputSettings } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import { CONFIG_ARGUMENT, CONFIG_OPTION, OUTPUT_OPTIONS } from '../shared-options.ts';
import { tellResult } from './provider-run.ts';

interface Validation {
  readonly ok: true;
  readonly file: string;
  /** Entries, each address of a short form by itself. */
  readonly providers: number;
  /** Null where the config names none: then there is one, the private registry of the environment. */
  readonly destinations: readonly { readonly name: string; readonly kind: string }[] | null;
}

export const validateCommand: CommandSpec = {
  name: 'validate',
  summary: 'check the config alone: offline, without any setting',
  description:
    'Reads the config and names every mistake in it with its line, or says that there is none. Asks no server and ' +
    'needs no token or variable. Whether providers and versions exist is what plan finds out. Exits with 2 when ' +
    'there is a mistake.',
  argument: CONFIG_ARGUMENT,
  options: [CONFIG_OPTION, ...OUTPUT_OPTIONS],
  variables: [],
  examples: ['provider-sync validate', 'provider-sync validate team-a.json --json'],
  async run(invocation) {
    const { io } = invocation;
    const reader = createSettingsReader(invocation);
    const settings = readOutputSettings(reader);
    const path = reader.requireSound(readConfigPath(reader, invocation));
    const configSource = configSourceAt(io, path);
    const result = validationOf(configSource.location, await readConfig({ configSource }));
    return tellResult(io, settings, result, VALIDATION);
  },
};

function validationOf(file: string, { providers, destinations }: SyncConfig): Validation {
  return {
    ok: true,
    file,
    providers: providers.length,
    destinations: destinations?.map(({ name, kind }) => ({ name, kind })) ?? null,
  };
}

const VALIDATION: ResultRenderer<Validation> = {
  whole: ({ file, providers, destinations }) => {
    const places = destinations === null ? '' : ` for ${countOf(destinations.length, 'destination')}`;
    return `${file}: valid, with ${countOf(providers, 'provider')}${places}.`;
  },
  failures: () => '',
};
