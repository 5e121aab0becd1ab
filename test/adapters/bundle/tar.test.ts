import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar, type TarInput, tarOf } from '../../../src/adapters/bundle/tar.ts';
import { bytesOf } from '../../support/registries.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

function inputOf(name: string, bytes: Uint8Array, size = bytes.length): TarInput {
  return {
    name,
    size,
    open: async function* () {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    },
  };
}

async function readAll(path: string) {
  const members: { name: string; offset: number; bytes: Buffer }[] = [];
  for await (const { name, offset, body } of readTar(path, path)) {
    members.push({ name, offset, bytes: await bytesOf(body) });
  }
  return members;
}

const LONG = `mirror/${'a'.repeat(90)}/${'b'.repeat(120)}/x.zip`;

describe('a tar', () => {
  it('comes out as it went in, and each member lies where it is said to', async () => {
    const path = join(await temporaryFolder(), 'x.tar');
    const part = fc.stringMatching(/^[a-zA-Z0-9_+][a-zA-Z0-9._+:-]{0,60}$/);
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `mirror/${parts.join('/')}`);
    const file = fc.tuple(name, fc.uint8Array({ maxLength: 3000 }));
    const files = fc.uniqueArray(file, { selector: ([path]) => path, maxLength: 6, minLength: 1 });
    await fc.assert(
      fc.asyncProperty(files, async (contents) => {
        const tar = await bytesOf(tarOf(contents.map(([name, bytes]) => inputOf(name, bytes))));
        await writeFile(path, tar);
        const read = await readAll(path);
        expect(read.map(({ name, bytes }) => [name, bytes.toString('hex')])).toEqual(
          contents.map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
        );
        for (const { offset, bytes } of read) {
          expect(tar.subarray(offset, offset + bytes.length).equals(bytes)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is the same for the same files, and is what the system’s tar reads', async () => {
    const path = join(await temporaryFolder(), 'x.tar');
    const inputs = [inputOf('manifest.json', Buffer.from('{}')), inputOf(LONG, Buffer.alloc(700, 7))];
    const tar = await bytesOf(tarOf(inputs));
    expect((await bytesOf(tarOf(inputs))).equals(tar)).toBe(true);
    await writeFile(path, tar);
    expect(execFileSync('tar', ['-tf', path], { encoding: 'utf8' })).toBe(`manifest.json\n${LONG}\n`);
  });

  it.each([
    ['more', 3],
    ['fewer', 5],
  ])('is not written of a file that has %s bytes than it was said to have', async (_, size) => {
    await expect(bytesOf(tarOf([inputOf('manifest.json', Buffer.from('1234'), size)]))).rejects.toThrow(
      'manifest.json has',
    );
  });

  it('is given up with what it reads from, when nobody wants it any more', async () => {
    let closed = 0;
    const endless: TarInput = {
      name: 'mirror/x',
      size: Number.MAX_SAFE_INTEGER,
      async *open() {
        try {
          for (;;) yield Buffer.alloc(64 * 1024);
        } finally {
          closed += 1;
        }
      },
    };
    for await (const chunk of tarOf([endless])) if (chunk.length > 512) break;
    await expect.poll(() => closed).toBe(1);
  });

  it('cut anywhere is refused', async () => {
    const path = join(await temporaryFolder(), 'x.tar');
    const tar = await bytesOf(
      tarOf([inputOf('manifest.json', Buffer.alloc(600, 1)), inputOf(LONG, Buffer.alloc(1500, 2))]),
    );
    for (const length of [
      0,
      1,
      511,
      512,
      513,
      1000,
      1536,
      2000,
      2048,
      3000,
      tar.length - 1024,
      tar.length - 1,
    ]) {
      await writeFile(path, tar.subarray(0, length));
      await expect(readAll(path), `at ${length}`).rejects.toMatchObject({ code: 'BundleInvalid' });
    }
    await writeFile(path, tar);
    expect(await readAll(path)).toHaveLength(2);
  });

  it.each([
    ['zeros', Buffer.alloc(512)],
    ['zeros that fill a record, as other programs write them', Buffer.alloc(8192)],
    ['a byte', Buffer.of(1)],
    ['garbage', Buffer.alloc(512, 7)],
  ])('with %s behind its end is refused', async (_, padding) => {
    const path = join(await temporaryFolder(), 'x.tar');
    const tar = await bytesOf(tarOf([inputOf('manifest.json', Buffer.from('{}'))]));
    await writeFile(path, Buffer.concat([tar, padding]));
    await expect(readAll(path)).rejects.toMatchObject({
      message: expect.stringContaining(`${padding.length} bytes follow behind its end`) as string,
    });
  });

  it('is not looked for in other files', async () => {
    const path = join(await temporaryFolder(), 'x.tar');
    await writeFile(path, Buffer.alloc(4096, 9));
    await expect(readAll(path)).rejects.toMatchObject({
      message: expect.stringContaining('is no tar') as string,
    });
    expect((await readFile(path)).length).toBe(4096);
  });
});
