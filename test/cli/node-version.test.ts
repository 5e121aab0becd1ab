import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { nodeTooOld } from '../../src/cli/node-version.ts';
import { BUILT_COMMAND } from '../support/built-command.ts';

describe('the Node that runs', () => {
  it.each([
    ['22.13.0', true],
    ['22.13', true],
    ['22.14.2', true],
    ['24.0.0', true],
    ['100.1.0', true],
    ['22.12.0', false],
    ['22.2.0', false],
    ['20.19.0', false],
    ['18.0.0', false],
    ['4.9.1', false],
  ])('%s will do for >=22.13: %s', (running, enough) => {
    const words = new RegExp(`needs Node\\.js 22\\.13 or later, and this is ${running}\\.`);
    const said = nodeTooOld(running, '>=22.13') ?? 'nothing';
    expect(said).toMatch(enough ? /^nothing$/ : words);
  });
});

describe('the built command', () => {
  const folder = dirname(BUILT_COMMAND);

  const ran = (args: readonly string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, args, { env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  const posing = (version: string) => [
    '--import',
    `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
  ];

  it('says which Node it needs before anything else of it is read', async () => {
    const others = (await readdir(folder)).filter((name) => name.endsWith('.mjs'));
    const told = await ran([...posing('20.11.1'), join(folder, 'provider-sync.mjs'), 'sync', '--json']);
    expect(others.length).toBeGreaterThan(1);
    expect(told).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^Error: provider-sync needs Node\.js [\d.]+ or later, and this is 20\.11\.1\. /,
      ),
    });
  });

  it('runs on this one', async () => {
    expect((await ran([join(folder, 'provider-sync.mjs'), '--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is, as far as every Node reads it, written in words that Node 12 knew', async () => {
    const read = new Set<string>();
    const visit = async (name: string): Promise<void> => {
      if (read.has(name)) return;
      read.add(name);
      const text = await readFile(join(folder, name), 'utf8');
      // Lowered to Node 12 it stays as it is: there is nothing newer in it.
      const [now, then] = await Promise.all(
        ['esnext', 'node12.20'].map((target) => transform(text.replace(/^#!.*\n/, ''), { target })),
      );
      expect(then?.code).toBe(now?.code);
      for (const [, file = ''] of text.matchAll(/^(?:import|\} from)\s[^;(]*?"\.\/([^"]+)"/gm))
        await visit(file);
      for (const [, file = ''] of text.matchAll(/^import "\.\/([^"]+)"/gm)) await visit(file);
      for (const [, from = ''] of text.matchAll(/^import .* from "([^./][^"]*)"/gm)) {
        // What is taken of them stands in Node 12.
        expect(['node:module', 'node:v8']).toContain(from);
      }
    };
    await visit('provider-sync.mjs');
    expect(read.size).toBeGreaterThan(0);
    expect(read.size).toBeLessThan((await readdir(folder)).filter((name) => name.endsWith('.mjs')).length);
  });
});
