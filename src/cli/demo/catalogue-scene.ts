import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { toSyncError } from '../../domain/errors.ts';
import { startCatalogueServer } from '../../embedded/catalogue-server/server.ts';
import { writeCatalogueTo } from '../catalogue/write.ts';
import type { Invocation } from '../command-spec.ts';
import { runUseCase } from '../commands/provider-run.ts';
import { formatBytes } from '../render/quantities.ts';
import { type SceneOutcome, sayWhether } from './scene.ts';
import type { DemoStage } from './stage.ts';

const folderOf = ({ mirrorFolder }: DemoStage): string => join(mirrorFolder, 'catalogue');

/** Writes the catalogue of what the demo's destinations hold, beside the mirror. */
export async function playCatalogue(invocation: Invocation, stage: DemoStage): Promise<SceneOutcome> {
  const settings = { ...stage.settings, ledgerFile: stage.ledgerFile };
  const written = await runUseCase(invocation, settings, ({ stores = [], ledger, publicRegistry }) =>
    writeCatalogueTo(
      { scheme: 'folder', path: folderOf(stage) },
      { ...settings, environment: invocation.io.environment },
      { stores, ledger, publicRegistry },
      null,
    ),
  );
  const asTold = written.providers === settings.config.providers.length;
  const { providers, files, bytes, location } = written;
  return {
    shown: `${location}: ${providers} providers, ${files} files, ${formatBytes(bytes)}`,
    meaning: sayWhether(asTold, {
      asTold: 'Static files: what may be used, what to write to use it, what was held and recalled, and why.',
      otherwise: 'The catalogue should tell of all three.',
    }),
    asTold,
  };
}

/** Serves the catalogue until Ctrl-C, and opens it in the browser when that is asked for. */
export async function showCatalogue(
  { io, signal }: Pick<Invocation, 'io' | 'signal'>,
  stage: DemoStage,
  inBrowser: boolean,
): Promise<void> {
  const server = await startCatalogueServer({
    folder: folderOf(stage),
    port: 0,
    onError: (error) => io.stderr.write(`Error: ${toSyncError(error).message}\n`),
  });
  try {
    io.stdout.write(`\nThe catalogue of it all is at ${server.url}/\nCtrl-C ends the demo.\n`);
    if (inBrowser) openBrowser(`${server.url}/`);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await server.close();
  }
}

const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Where there is no such program, the address stands on the screen all the same. */
function openBrowser(url: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
