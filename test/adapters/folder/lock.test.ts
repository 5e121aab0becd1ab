import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFileLock } from '../../../src/adapters/folder/lock.ts';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { updateDocument } from '../../../src/adapters/network-mirror/documents-in-store.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const LOCK_MODULE = new URL('../../../src/adapters/folder/lock.ts', import.meta.url).href;

describe('the lock of a folder', () => {
  it('lets one in at a time, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'document');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 12 }, () => withFileLock(file, work)));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is given back when the work fails', async () => {
    const file = join(await temporaryFolder(), 'document');
    const failed = withFileLock(file, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(await withFileLock(file, () => Promise.resolve('in'))).toBe('in');
  });

  it('is taken at once from a process that was killed while it held it', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'document');
    const script = `
      import { withFileLock } from ${JSON.stringify(LOCK_MODULE)};
      await withFileLock(${JSON.stringify(file)}, async () => {
        process.stdout.write('held');
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect((await readdir(folder)).length).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const start = performance.now();
    expect(await withFileLock(file, () => Promise.resolve('in'))).toBe('in');
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['of a process whose number another one has by now', { pid: process.pid, began: '1' }],
    ['of a process that is gone', { pid: 2 ** 22 + 1, began: '1' }],
  ])('is taken from one %s', async (_, holder) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'document');
    const own = await withFileLock(file, () => readFile(join(folder, '.provider-sync.lock'), 'utf8'));
    const left = { ...(JSON.parse(own) as object), ...holder };
    await writeFile(join(folder, '.provider-sync.lock'), JSON.stringify(left));
    expect(await withFileLock(file, () => Promise.resolve('in'))).toBe('in');
  });
});

describe('a document in a folder', () => {
  it('loses nothing when many write it at once', async () => {
    const folder = await temporaryFolder();
    const stores = [createFolderMirrorStore(folder), createFolderMirrorStore(folder)];
    const numbers = Array.from({ length: 10 }, (_, index) => index);
    await Promise.all(
      numbers.map((number) =>
        updateDocument(
          stores[number % 2] ?? createFolderMirrorStore(folder),
          'a/b/c/index.json',
          'application/json',
          (present) => {
            const before =
              present === undefined ? [] : (JSON.parse(Buffer.from(present).toString()) as number[]);
            return Buffer.from(JSON.stringify([...before, number]));
          },
        ),
      ),
    );
    const written = JSON.parse(await readFile(join(folder, 'a/b/c/index.json'), 'utf8')) as number[];
    expect(written.toSorted((a, b) => a - b)).toEqual(numbers);
    expect(await readdir(join(folder, 'a/b/c'))).toEqual(['index.json']);
  });

  it('and what died long ago is removed by the next run, what is younger is not', async () => {
    const folder = await temporaryFolder();
    const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const name of ['.a.zip.1.partial', '.a.zip.2.staged', '.keep', 'b.zip']) {
      await writeFile(join(folder, name), 'x');
      await utimes(join(folder, name), old, old);
    }
    await writeFile(join(folder, '.a.zip.3.partial'), 'x');
    await createFolderMirrorStore(folder).tidy('');
    expect((await readdir(folder)).toSorted()).toEqual(['.a.zip.3.partial', '.keep', 'b.zip']);
  });
});
