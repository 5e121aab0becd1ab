import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { TAMPERINGS } from '../application/bundle/tamperings.ts';
import { runInProcess } from '../support/command-line.ts';

describe.each(['air-gap.md', 'lock-files.md'])('docs/%s', async (name) => {
  const document = await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

  it('names commands and options that there are', async () => {
    const commands = [
      ...new Set([...document.matchAll(/provider-sync ([a-z]+)/g)].map(([, word = '']) => word)),
    ];
    expect(commands.length).toBeGreaterThan(0);
    const helps = await Promise.all(
      ['export', 'import', 'lock', 'serve'].map(
        async (word) => (await runInProcess([word, '--help'])).stdout,
      ),
    );
    const ours = document.replace(/(?:terraform|openssl|tar) [^`\n]*/g, '');
    for (const [option] of ours.matchAll(/--[a-z][a-z-]+/g)) expect(helps.join()).toContain(option);
    for (const word of commands) expect((await runInProcess([word, '--help'])).code).toBe(0);
  });

  it('names error codes that there are', () => {
    const codes = [...document.matchAll(/`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`/g)].map(([, code = '']) => code);
    expect(codes.filter((code) => !(ERROR_CODES as readonly string[]).includes(code))).toEqual([]);
  });
});

it('docs/air-gap.md names every code that a spoilt bundle is refused with', async () => {
  const document = await readFile(new URL('../../docs/air-gap.md', import.meta.url), 'utf8');
  for (const { code } of TAMPERINGS) expect(document).toContain(`\`${code}\``);
});
