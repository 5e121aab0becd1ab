import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { openSqliteLedger } from '../../../src/adapters/sqlite-ledger/ledger.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { verifyChain } from '../../../src/domain/ledger/chain.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const newFolder = temporaryFolders();
const ROUNDS = 50;

/** Starts a writer, kills it when it has said so much, and returns the last number of events that it said was kept. */
async function killedWriter(
  writer: string,
  file: string,
  name: string,
  batch: number,
  lines: number,
): Promise<number> {
  const child = spawn(process.execPath, [writer, file, name, `${batch}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return Number(said.split('\n').at(-2) ?? 0);
}

it('loses no entry that was kept, tears none, and keeps its chain, when writers are killed fifty times', async () => {
  const folder = await newFolder();
  const file = path.join(folder, 'ledger.sqlite');
  // One file starts in a fifth of the time of the sources.
  const writer = path.join(folder, 'writer.mjs');
  await build({ entryPoints: [WRITER], outfile: writer, bundle: true, platform: 'node', format: 'esm' });
  const kept = new Map<string, { readonly count: number; readonly batch: number }>();
  for (let round = 0; round < ROUNDS / 2; round += 1) {
    // Two at once: what one leaves in the middle must not stop the other.
    await Promise.all(
      ['a', 'b'].map(async (who) => {
        const name = `${who}${round}`;
        const batch = [1, 3, 50][round % 3] ?? 1;
        kept.set(name, { count: await killedWriter(writer, file, name, batch, 1 + (round % 7)), batch });
      }),
    );
  }
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
  const clock = { now: () => new Date(), monotonic: () => 0 };
  const ledger = await openSqliteLedger({ file, clock, hash: hashText });
  const verifier = verifyChain(hashText, await ledger.heads());
  const there = new Map<string, number>();
  for await (const entry of ledger.entries()) {
    verifier.take(entry);
    const { name } = entry.event.data as { name: string };
    there.set(name, (there.get(name) ?? 0) + 1);
  }
  await ledger.close();
  expect(verifier.finish().problems).toEqual([]);
  expect(kept.size).toBe(ROUNDS);
  for (const [name, { count, batch }] of kept) {
    const stored = there.get(name) ?? 0;
    expect(stored).toBeGreaterThanOrEqual(count);
    expect(stored % batch).toBe(0);
  }
}, 300_000);
