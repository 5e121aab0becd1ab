import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import { readLockFile } from '../../../src/domain/provider-lock/lock-file.ts';
import { sortHashes, writeLocks } from '../../../src/domain/provider-lock/write-lock-file.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

const AWS = 'registry.terraform.io/hashicorp/aws';
const RANDOM = 'registry.terraform.io/hashicorp/random';

const lockOf = (address: string, version = '5.0.0', hashes = ['zh:aa', 'h1:b=']) => ({
  address,
  version,
  hashes,
});

describe('what the real tools wrote', () => {
  const folder = sharedVectors('mirrors/lock');
  const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.hcl'));

  describe.skipIf(files.length === 0)('read, emptied of its hashes and written again', () => {
    it.each(files)('%s comes out byte for byte', (name) => {
      const text = readFileSync(join(folder ?? '', name), 'utf8');
      const [entry] = readLockFile(text).entries;
      if (entry === undefined) throw new Error('no entry');
      const { address, version, constraints, hashes } = entry;
      expect([address.split('/').length, version, constraints]).toEqual([3, version, expect.any(String)]);
      const bare = text.replace(/ {2}hashes = \[[^\]]*\]\n/, '');
      const wanted = { address, version, hashes: hashes.toReversed() };
      expect(writeLocks(readLockFile(bare), [wanted])).toBe(text);
      expect(writeLocks(readLockFile(text), [wanted])).toBe(text);
    });
  });
});

describe('writing a new file', () => {
  it('has the header, and the entries in order', () => {
    expect(
      writeLocks(undefined, [lockOf(RANDOM, '3.6.0'), lockOf(AWS)]),
    ).toBe(`# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "${AWS}" {
  version = "5.0.0"
  hashes = [
    "h1:b=",
    "zh:aa",
  ]
}

provider "${RANDOM}" {
  version = "3.6.0"
  hashes = [
    "h1:b=",
    "zh:aa",
  ]
}
`);
  });

  it('names tofu where there are only providers of its registry', () => {
    expect(writeLocks(undefined, [lockOf('registry.opentofu.org/hashicorp/aws')])).toMatch(
      /^# This file is maintained automatically by "tofu init"\.\n/,
    );
  });

  it('treats an empty file as none', () => {
    expect(writeLocks(readLockFile(' \n'), [lockOf(AWS)])).toBe(writeLocks(undefined, [lockOf(AWS)]));
  });
});

const FOREIGN = `# Ours, since 2024.
/* Kept by
   the platform team */
module "future" {
  odd = { a = ["}", "\\"]"] } // with brackets in texts
}
stray = [1, 2]

# aws: asked for by the network team
provider "${AWS}" { # pinned
  // why this version
  version     = "4.0.0" # because
  constraints = "~> 4.0"
  hashes = [
    # linux
    "zh:ff",
  ]
  later = true
}

# the last one
provider "zebra.example.com/z/z" {
  version = "1.0.0"
}
`;

describe('changing a file', () => {
  it('keeps every entry, attribute and comment that it does not own', () => {
    const text = writeLocks(readLockFile(FOREIGN), [lockOf(AWS), lockOf(RANDOM)]);
    expect(text).toBe(
      FOREIGN.replace('"4.0.0"', '"5.0.0"')
        .replace('    # linux\n    "zh:ff",\n', '    # linux\n    "h1:b=",\n    "zh:aa",\n')
        .replace(
          '# the last one\n',
          `provider "${RANDOM}" {\n  version = "5.0.0"\n  hashes = [\n    "h1:b=",\n    "zh:aa",\n  ]\n}\n\n# the last one\n`,
        ),
    );
    expect(readLockFile(text).entries.map(({ address }) => address)).toEqual([
      AWS,
      RANDOM,
      'zebra.example.com/z/z',
    ]);
  });

  it('adds hashes behind the version where a commented block has none', () => {
    const text = `provider "${AWS}" {\n  # why\n  version = "5.0.0"\n}\n`;
    const changed = writeLocks(readLockFile(text), [lockOf(AWS)]);
    expect(changed).toBe(
      `provider "${AWS}" {\n  # why\n  version = "5.0.0"\n  hashes = [\n    "h1:b=",\n    "zh:aa",\n  ]\n}\n`,
    );
  });

  it.each([
    ['what says it already', `provider "${AWS}" {version="5.0.0"\nhashes=["h1:b=","zh:aa"]}`],
    [
      'the same with Windows line ends',
      `provider "${AWS}" {\r\n version="5.0.0"\r\nhashes=["h1:b=","zh:aa"]\r\n}`,
    ],
  ])('leaves %s untouched', (_, text) => {
    expect(writeLocks(readLockFile(text), [lockOf(AWS)])).toBe(text);
  });

  it('writes the line ends that the file has', () => {
    const text = writeLocks(readLockFile(FOREIGN.replaceAll('\n', '\r\n')), [lockOf(AWS), lockOf(RANDOM)]);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text.replaceAll('\r\n', '\n')).toBe(
      writeLocks(readLockFile(FOREIGN), [lockOf(AWS), lockOf(RANDOM)]),
    );
  });

  it('puts what comes last behind a file without a newline at its end', () => {
    const text = `provider "${AWS}" {\n  version = "5.0.0"\n}`;
    const changed = writeLocks(readLockFile(text), [lockOf(RANDOM), lockOf('z.example.com/z/z')]);
    expect(changed.startsWith(`${text}\n\nprovider "${RANDOM}" {\n`)).toBe(true);
    expect(changed).toContain('}\n\nprovider "z.example.com/z/z" {\n');
  });

  it('puts a first entry below the comment at the top of the file', () => {
    const text = `# By hand.\nprovider "${RANDOM}" {\n  version = "1.0.0"\n}\n`;
    expect(writeLocks(readLockFile(text), [lockOf(AWS)])).toMatch(
      /^# By hand\.\nprovider "registry\.terraform\.io\/hashicorp\/aws" \{/,
    );
  });
});

describe('laws', () => {
  const hash = fc
    .tuple(fc.constantFrom('h1:', 'zh:'), fc.base64String({ maxLength: 12 }))
    .map((x) => x.join(''));
  const name = fc.stringMatching(/^[a-z]{1,4}$/);
  const lock = fc.record({
    address: fc
      .tuple(fc.constantFrom('registry.terraform.io', 'a.example.com'), name, name)
      .map((x) => x.join('/')),
    version: fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => `${a}.${b}.0`),
    hashes: fc.array(hash, { minLength: 1, maxLength: 4 }),
  });
  const locks = fc.uniqueArray(lock, { selector: ({ address }) => address, maxLength: 5 });

  it('writing twice is writing once; what is read back is what was wanted; the rest stays', () => {
    fc.assert(
      fc.property(locks, locks, fc.constantFrom('\n', '\r\n'), (before, wanted, newline) => {
        const start = writeLocks(undefined, before).replaceAll('\n', newline);
        const once = writeLocks(readLockFile(start), wanted);
        expect(writeLocks(readLockFile(once), wanted)).toBe(once);
        const byAddress = new Map([...before, ...wanted].map((each) => [each.address, each]));
        const read = readLockFile(once).entries;
        expect(read).toHaveLength(byAddress.size);
        for (const { address, version, hashes } of read) {
          const expected = byAddress.get(address);
          expect({ version, hashes }).toEqual({
            version: expected?.version,
            hashes: sortHashes(expected?.hashes ?? []),
          });
        }
      }),
    );
  });

  it('any text is read or refused by name, in a moment', () => {
    const part = fc.constantFrom(
      'provider',
      ' "a/b/c"',
      '{',
      '}',
      '[',
      ']',
      '"',
      '\n',
      '#',
      '/*',
      '*/',
      '=',
      'version',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        expect(['read', 'LockFileInvalid']).toContain(outcomeOf(parts.join('')));
      }),
    );
  });
});

function outcomeOf(text: string): string {
  try {
    readLockFile(text);
    return 'read';
  } catch (error) {
    return isSyncError(error) ? error.code : String(error);
  }
}

describe('a malformed file is refused, with the line', () => {
  const block = (body: string) => `# one\nprovider "a.example.com/b/c" {\n${body}\n}\n`;
  it.each([
    ['a block that does not end', '# one\nprovider "a/b/c" {\n  version = "1.0.0"\n', 4],
    ['a text that does not end', block('  version = "1.0.0'), 3],
    ['no version', block('  constraints = "1.0.0"'), 4],
    ['two versions', block('  version = "1.0.0"\n  version = "1.0.0"'), 4],
    ['a template', block('  version = "${var.v}"'), 3],
    ['a bare hash', block('  version = "1.0.0"\n  hashes = [h1]'), 4],
    ['hashes without a comma', block('  version = "1.0.0"\n  hashes = ["a" "b"]'), 4],
    ['two attributes on a line', block('  version = "1.0.0" constraints = "1"'), 3],
    ['two blocks of one address', `${block('version = "1.0.0"')}${block('version = "1.0.0"')}`, 8],
    ['no label', 'provider {\n}', 1],
    ['a stray bracket', '\n]', 2],
    ['a mark of a merge conflict', '<<<<<<< HEAD\nprovider "a/b/c" {\n}\n', 1],
    ['a comment that does not end', '\n\n/* for ever', 3],
    ['a bad escape', block('  version = "\\q"'), 3],
    ['an endless nest', `module "x" ${'{ a = ['.repeat(200)}`, 1],
  ])('%s', (_, text, line) => {
    expect(() => readLockFile(text)).toThrow(
      expect.objectContaining({
        code: 'LockFileInvalid',
        message: expect.stringMatching(new RegExp(`^Line ${line} of the dependency lock file`)) as string,
      }),
    );
  });
});
