import { createHash, randomBytes } from 'node:crypto';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { createPackageHasher } from '../../../src/adapters/zip/package-hasher.ts';
import { createPassingEntries } from '../../../src/adapters/zip/passing-entries.ts';
import { readStoredEntries } from '../../../src/adapters/zip/stored-entries.ts';
import { parseSha256, type Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { packageHashes } from '../../../src/domain/integrity/package-hashes.ts';

const LIMITS = { entries: 3, unpackedBytes: 1_000_000 };

const bytesOf = (zip: Uint8Array) => ({
  size: zip.length,
  read: async function* (start: number, end: number) {
    yield zip.subarray(start, end);
  },
});
const digestOf = (bytes: Uint8Array) =>
  parseSha256(createHash('sha256').update(bytes).digest('hex')) as Sha256;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

async function inPassing(zip: Uint8Array) {
  const entries = createPassingEntries(LIMITS);
  for (let at = 0; at < zip.length; at += 1000) await entries.write(zip.subarray(at, at + 1000));
  return await entries.end();
}

describe('a zip that would cost too much', () => {
  const many: Zippable = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, Buffer.from(name)]));
  it.each([
    ['holds too many entries', zipSync(many), '4 entries'],
    ['unpacks to too much', zipSync({ a: Buffer.alloc(50_000_000) }), 'more than 1000000 bytes unpacked'],
    [
      'unpacks to too much in all',
      zipSync({ a: Buffer.alloc(600_000), b: Buffer.alloc(600_000) }),
      'more than 1000000 bytes unpacked',
    ],
  ])('is given up when it %s', async (_, zip, why) => {
    await expect(readStoredEntries(bytesOf(zip), LIMITS)).rejects.toThrow(why);
    expect(await inPassing(zip)).toBeUndefined();
  });

  it('and lies about its size is given up once more has come out of it', async () => {
    const zip = Buffer.from(zipSync({ a: Buffer.alloc(5_000_000) }));
    const directory = zip.indexOf(Buffer.from('PK\u0001\u0002'));
    for (const sizeAt of [22, directory + 24]) zip.writeUInt32LE(10, sizeAt);
    await expect(readStoredEntries(bytesOf(zip), LIMITS)).rejects.toThrow(/too many bytes/);
    expect(await inPassing(zip)).toBeUndefined();
  });
});

describe('what is no zip', () => {
  it.each([
    ['nothing', Buffer.of()],
    ['text', Buffer.from('<html>Please sign in</html>')],
    ['a zip cut short', Buffer.from(zipSync({ a: randomBytes(5000) })).subarray(0, 3000)],
  ])('has no hashes: %s', async (_, bytes) => {
    const hasher = createPackageHasher();
    expect(await hasher.ofStored(digestOf(bytes), bytesOf(bytes))).toHaveProperty('problem');
    const watched = hasher.watch(digestOf(bytes), bytesOf(bytes).read(0, bytes.length));
    expect(Buffer.concat(await Array.fromAsync(watched.body)).equals(bytes)).toBe(true);
    watched.confirm();
    expect(hasher.known(digestOf(bytes))).toBeUndefined();
  });
});

describe('the hasher of a run', () => {
  const zip = zipSync({ 'terraform-provider-anvil': randomBytes(300_000), 'LICENSE.txt': Buffer.from('x') });

  it('reads a package once, however many destinations it passes to', async () => {
    const hasher = createPackageHasher();
    const pieces = async function* () {
      for (let at = 0; at < zip.length; at += 1000) yield zip.subarray(at, at + 1000);
    };
    const watched = hasher.watch(digestOf(zip), pieces());
    await Array.fromAsync(watched.body);
    watched.confirm();
    const known = hasher.known(digestOf(zip));
    expect(known?.archive).toBe(known?.installed);
    const neverRead = {
      size: zip.length,
      read: () => {
        throw new Error('The stored zip was read.');
      },
    };
    expect(await hasher.ofStored(digestOf(zip), neverRead)).toEqual(known);
    const body = pieces();
    expect(hasher.watch(digestOf(zip), body).body).toBe(body);
  });

  const stored = () => {
    const read: number[] = [];
    return {
      read,
      zip: {
        size: zip.length,
        read: (start: number, end: number) => {
          read.push(start);
          return bytesOf(zip).read(start, end);
        },
      },
    };
  };

  it('unpacks a package once that passes to two destinations at once', async () => {
    const hasher = createPackageHasher();
    const first = hasher.watch(digestOf(zip), bytesOf(zip).read(0, zip.length), { proved: true });
    const body = bytesOf(zip).read(0, zip.length);
    // Nobody has asked the first one for a byte yet.
    expect(hasher.watch(digestOf(zip), body, { proved: true }).body).toBe(body);
    const { zip: kept, read } = stored();
    const hashes = hasher.ofStored(digestOf(zip), kept);
    await Array.fromAsync(first.body);
    expect(await hashes).toEqual(hasher.known(digestOf(zip)));
    expect(await hashes).toHaveProperty('archive');
    expect(read).toEqual([]);
  });

  it.each([
    ['was given up', (left: () => void) => left()],
    ['stands still', () => {}],
  ])('waits for no body that %s', async (_, then) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const hasher = createPackageHasher();
      const elsewhere = hasher.watch(digestOf(zip), bytesOf(zip).read(0, zip.length), { proved: true });
      const { zip: kept, read } = stored();
      const hashes = hasher.ofStored(digestOf(zip), kept);
      then(elsewhere.leave);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await hashes).toHaveProperty('archive');
      expect(read.length).toBeGreaterThan(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes nothing from a body that broke off, and lets the next one be watched', async () => {
    const hasher = createPackageHasher();
    const broken = async function* () {
      yield zip.subarray(0, 1000);
      throw new Error('the download broke');
    };
    const first = hasher.watch(digestOf(zip), broken());
    await expect(Array.fromAsync(first.body)).rejects.toThrow('broke');
    first.confirm();
    expect(hasher.known(digestOf(zip))).toBeUndefined();
    const second = hasher.watch(digestOf(zip), bytesOf(zip).read(0, zip.length));
    await Array.fromAsync(second.body);
    second.confirm();
    expect(hasher.known(digestOf(zip))).toBeDefined();
  });

  it('takes nothing from another zip that came in the place of the package', async () => {
    const hasher = createPackageHasher();
    const other = zipSync({ other: Buffer.from('x') });
    await Array.fromAsync(hasher.watch(digestOf(zip), bytesOf(other).read(0, other.length)).body);
    expect(hasher.known(digestOf(zip))).toBeUndefined();
  });
});

describe('the two h1 of a package', () => {
  const file = (name: string, content: string, directory = false) => ({
    name,
    directory,
    sha256: digestOf(Buffer.from(content)),
  });

  it('are those of golang.org/x/mod/sumdb/dirhash', () => {
    const line = `${digestOf(Buffer.from('abc'))}  a\n`;
    const expected = `h1:${createHash('sha256').update(line).digest('base64')}`;
    expect(packageHashes([file('a', 'abc')], sha256)).toEqual({ archive: expected, installed: expected });
  });

  it('do not depend on the order of the entries, which are sorted by their bytes', () => {
    const entries = [file('b', '1'), file('a', '2'), file('\u00e4', '3'), file('Z', '4')];
    expect(packageHashes(entries, sha256)).toEqual(packageHashes(entries.toReversed(), sha256));
  });

  it.each([
    ['a folder of its own', [file('docs/', '', true), file('a', '1')]],
    ['a name twice', [file('a', '0'), file('a', '1')]],
    ['a dot in front', [file('./a', '1')]],
    ['a slash in front', [file('/a', '1')]],
  ])('differ for %s, and the installed one is that of the files', (_, entries) => {
    const plain = packageHashes([file('a', '1')], sha256) as { installed: string };
    const found = packageHashes(entries, sha256) as { archive: string; installed: string };
    expect(found.installed).toBe(plain.installed);
    expect(found.archive).not.toBe(plain.installed);
  });

  it.each([
    ['nothing', []],
    ['a line end in a name', [file('a\nb', '1')]],
    ['a way out', [file('../a', '1')]],
    ['a way out with backslashes', [file('..\\a', '1')]],
    ['a file where a folder is', [file('a', '1'), file('a/b', '1')]],
    ['a file without a name', [file('./', '1')]],
  ])('are not given for %s', (_, entries) => {
    expect(packageHashes(entries, sha256)).toHaveProperty('problem');
  });
});
