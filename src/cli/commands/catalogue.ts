import { resolve } from 'node:path';
import type { WrittenCatalogue } from '../../application/catalogue/write-catalogue.ts';
import { parseLocation } from '../../domain/config/destinations/location.ts';
import { formatLocation, type MirrorLocation } from '../../domain/config/destinations.ts';
import { writeCatalogueTo } from '../catalogue/write.ts';
import type { CommandSpec } from '../command-spec.ts';
import { composeDestinations } from '../compose-destinations.ts';
import { composeUpstream } from '../composition.ts';
import { jsonDocument } from '../json-output.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { formatBytes } from '../render/quantities.ts';
import { withRunLedger } from '../run-ledger.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { RUN_OPTIONS, RUN_VARIABLES, readRunSettings } from './provider-run.ts';

export const catalogueCommand: CommandSpec = {
  name: 'catalogue',
  summary: 'write pages for people: what may be used, how, and what happened',
  description:
    'Writes a static site into a folder or a bucket: every provider that the destinations of the config hold, its ' +
    'versions, platforms, digests and evidence, what to write to use it, what is held and why, and what the last ' +
    'runs did. Needs no server. Whole or not at all; a page that is open goes on working. With "catalogue": true ' +
    'on a mirror of the config, a sync does this by itself.',
  argument: CONFIG_ARGUMENT,
  options: [
    { flags: '--to <place>', description: 'a folder, or s3://BUCKET/PREFIX; it should hold nothing else' },
    { flags: '--offline', description: 'ask no public registry which newer versions there are' },
    ...RUN_OPTIONS,
  ],
  variables: RUN_VARIABLES,
  examples: [
    'provider-sync catalogue --to ./catalogue',
    'provider-sync catalogue config.json --to s3://acme-providers/mirror/catalogue',
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const reader = createSettingsReader(invocation);
    const target = reader.requireSound(readTarget(reader));
    const offline = reader.switchedOn('--offline');
    const settings = await readRunSettings(invocation);
    const { config, network, upstream } = settings;
    using reporter = createProgressDisplay(io, settings, signal);
    const context = { reporter, signal };
    await using source = composeUpstream({ ...upstream, network }, context);
    await using composed = await composeDestinations({ ...settings, environment: io.environment }, context);
    const written = await withRunLedger(settings.ledgerFile, reporter, ({ ledger }) =>
      writeCatalogueTo(
        target,
        { ...settings, environment: io.environment },
        {
          stores: composed.destinations,
          ledger,
          publicRegistry: offline ? undefined : source.publicRegistry,
        },
        null,
      ),
    );
    if (settings.json || settings.jsonLines) io.stdout.write(jsonDocument(written, settings.jsonLines));
    else if (!settings.quiet) io.stdout.write(`${tell(written, target, config.providers.length)}\n`);
    return 0;
  },
};

function readTarget(reader: SettingsReader): MirrorLocation | undefined {
  const to = reader.option('--to');
  if (to === undefined) {
    reader.note({ path: '--to', message: 'is missing', fix: 'Name a folder, or s3://BUCKET/PREFIX.' });
    return undefined;
  }
  const read = parseLocation(to.value);
  if ('location' in read) return read.location;
  const { problem, fix } = read;
  reader.note({ path: '--to', message: problem, ...(fix === undefined ? {} : { fix }) });
  return undefined;
}

function tell(
  written: WrittenCatalogue & { readonly providers: number },
  target: MirrorLocation,
  asked: number,
): string {
  const { providers, files, bytes } = written;
  const count = `${providers} provider${providers === 1 ? '' : 's'}`;
  const named = asked === providers ? '' : ` (the config names ${asked})`;
  const entry =
    target.scheme === 'folder'
      ? `It is to be read over http or https, such as by "provider-sync serve --catalogue ${resolve(target.path)}".`
      : `Its entry is ${formatLocation(target)}/index.html.`;
  return `The catalogue of ${count}${named} is in ${formatLocation(target)}: ${files} files written, ${formatBytes(bytes)}.\n${entry}`;
}
