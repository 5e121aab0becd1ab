import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { startCatalogueServer } from '../../embedded/catalogue-server/server.ts';
import type { Invocation } from '../command-spec.ts';
import { jsonDocument } from '../json-output.ts';
import { readWholeNumber } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';

const DEFAULT_PORT = 8081;

/** What belongs to the other things that `serve` serves. */
const OTHERS = ['--mirror', '--tls', '--data', '--organization', '--lenient'];

/** What `serve --catalogue DIR` does. */
export async function serveCatalogue(invocation: Invocation): Promise<number> {
  const { io, signal } = invocation;
  const { folder, port, json } = readSettings(invocation);
  await requireCatalogue(folder);
  const server = await startCatalogueServer({
    folder,
    port,
    onError: (error) => io.stderr.write(`Error: ${toSyncError(error).message}\n`),
  });
  const served = { url: `${server.url}/`, catalogue: folder };
  io.stdout.write(json ? jsonDocument(served) : `The catalogue is at ${served.url}\n\nCtrl-C stops it.\n`);
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
  return 0;
}

function readSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const folder = reader.option('--catalogue');
  const port = reader.option('--port');
  for (const flag of OTHERS) {
    if (reader.switchedOn(flag) || invocation.options[flag.slice(2)] !== undefined) {
      reader.note({ path: flag, message: 'means nothing to a catalogue', fix: 'Leave it out.' });
    }
  }
  const settings = {
    folder: resolve(folder?.value ?? '.'),
    port: port === undefined ? DEFAULT_PORT : readWholeNumber(reader, port, 0, 65_535),
    json: reader.switchedOn('--json'),
  };
  return { ...settings, port: reader.requireSound(settings.port) };
}

async function requireCatalogue(folder: string): Promise<void> {
  try {
    await access(join(folder, 'catalogue.json'));
  } catch (cause) {
    const message = `${folder} is no catalogue: it has no catalogue.json`;
    throw new SyncError('ArgumentsInvalid', 'The catalogue cannot be served.', {
      cause,
      problems: [
        { path: '--catalogue', message, fix: `Write one first: provider-sync catalogue --to ${folder}` },
      ],
    });
  }
}
