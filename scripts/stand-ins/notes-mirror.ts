import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliIo, Output } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { makeNotesRelease, NOTES_PLATFORMS } from '../../src/embedded/sample-provider/release.ts';
import { startSampleRegistry } from '../../src/embedded/sample-registry/server.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { buildSampleProvider } from '../build-sample-provider.ts';

export interface NotesMirror {
  /** A network mirror that the synchronizer filled, with `acme/notes` 1.0.0. */
  readonly mirror: string;
  /** The catalogue, copied, with the lock file that the synchronizer wrote for `example`. */
  readonly kinds: string;
  readonly lock: string;
}

const KINDS = fileURLToPath(new URL('../../terraform/kinds', import.meta.url));

/** The sample provider from its sources through a registry and a sync into a mirror in `folder`, and its lock file. */
export async function fillNotesMirror(folder: string): Promise<NotesMirror> {
  const program = join(folder, 'sample-provider.cjs');
  await buildSampleProvider(program);
  const release = await makeNotesRelease(
    await makeSigningKey({ name: 'Acme' }),
    await readFile(program, 'utf8'),
  );
  const registry = await startSampleRegistry({ releases: [release] });
  const mirror = join(folder, 'mirror');
  const kinds = join(folder, 'kinds');
  try {
    await cp(KINDS, kinds, { recursive: true });
    const config = join(folder, 'config.json');
    const lockPath = join(kinds, 'example', 'module', '.terraform.lock.hcl');
    await rm(lockPath, { force: true });
    await writeFile(
      config,
      JSON.stringify({
        destinations: [{ name: 'mirror', kind: 'network-mirror', location: mirror }],
        providers: [{ provider: 'notes', namespace: 'acme', version: '1.0.0', platforms: NOTES_PLATFORMS }],
      }),
    );
    await provide(['sync', config, '--registry', registry.url]);
    await provide(['lock', config, '--dir', join(kinds, 'example', 'module')]);
    return { mirror, kinds, lock: await readFile(lockPath, 'utf8') };
  } finally {
    await registry.close();
  }
}

/** The same in a folder of its own, for as long as `use` runs. */
export async function withNotesMirror<T>(use: (mirror: NotesMirror) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-notes-'));
  try {
    return await use(await fillNotesMirror(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function provide(args: readonly string[]): Promise<void> {
  let said = '';
  const output: Output = {
    write: (text) => {
      said += text;
    },
    isTerminal: false,
    columns: Number.POSITIVE_INFINITY,
    color: false,
    stream: process.stderr,
  };
  const io: CliIo = {
    stdout: output,
    stderr: output,
    environment: {},
    monotonic: () => performance.now(),
    onStopSignal: () => () => {},
    every: () => () => {},
    exit: () => {},
  };
  if ((await run(args, io)) !== 0) throw new Error(said);
}
