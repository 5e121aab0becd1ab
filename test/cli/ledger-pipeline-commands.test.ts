import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../support/command-line.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const PAYMENT = 'com.example.payment.transaction.v1.json';
const newFolder = temporaryFolders();
let folder: string;
beforeEach(async () => {
  folder = await newFolder();
});

const ledger = (...words: readonly string[]) => runInProcess(['ledger', ...words], {});

async function check(name: string, document: unknown, ...more: readonly string[]) {
  const file = path.join(folder, name);
  await writeFile(file, typeof document === 'string' ? document : JSON.stringify(document));
  return await ledger('check-type', file, ...more);
}

describe('ledger check-type', { timeout: 60_000 }, () => {
  it('finds the payment of the documentation fit to be registered', async () => {
    const file = path.join(folder, PAYMENT);
    await copyFile(path.join('docs/samples', PAYMENT), file);
    const { code, stdout } = await ledger('check-type', file);
    expect(stdout).toMatch(
      /^com\.example\.payment\.transaction\.v1 can be registered: 13 samples judged as they should be, schema [0-9a-f]{12}\.$/m,
    );
    expect(code).toBe(0);
  });

  it('says in lines why a type would be refused, and ends with 1', async () => {
    const schema = { type: 'object', properties: { name: { type: 'string', pattern: '^a+$' } } };
    const { code, stdout } = await check('com.example.slow.v1.json', { schema });
    expect(code).toBe(1);
    expect(stdout).toContain('/properties/name: a pattern that repeats something needs a maxLength');
    expect(stdout).toContain('com.example.slow.v1 would be refused.');
    const samples = [{ valid: true, data: 7 }];
    const told = await check('com.example.text.v1.json', { schema: { type: 'string' }, samples }, '--json');
    expect(JSON.parse(told.stdout)).toMatchObject({
      ok: false,
      type: 'com.example.text.v1',
      digest: null,
      samples: 0,
      problems: ['Sample 0 should be valid: The data must be string'],
    });
  });

  it.each(['order.json', 'com.example.order.json', 'provider-sync.version.sighted.v1.json'])(
    'asks for a file that is named after a type of one’s own: %s',
    async (name) => {
      const { code, stderr } = await check(name, {});
      expect(code).toBe(2);
      expect(stderr).toContain('Name the file after the type, with its version');
    },
  );
});

describe('ledger redrive', () => {
  it.each([
    [['--from', 'nowhere'], 'Write one of: dead-letter, rejected.'],
    [['--from', 'rejected', '--code', 'bored'], 'Write one of: not-json'],
    [['--code', 'data'], 'dead letters carry no reason'],
    [['--limit', '0'], 'Give a whole number from 1'],
    [['--environment', 'Prod'], 'Write it as the stack has it'],
  ])('does not guess at %j', async (words, said) => {
    const { code, stderr } = await ledger('redrive', ...words);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});
