import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { mirrorBlock, PUBLIC_HOSTS } from '../../src/domain/catalogue/client-blocks.ts';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import { ERROR_CODES } from '../../src/domain/errors.ts';

const document = await readFile('docs/mirrors.md', 'utf8');
const blocks = (language: string): readonly string[] =>
  [...document.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))].map(([, text = '']) => text);

describe('docs/mirrors.md', () => {
  it('gives clients the block that `serve --mirror` prints', () => {
    expect(blocks('hcl')[0]).toBe(mirrorBlock('https://mirror.example.com/providers/', PUBLIC_HOSTS));
  });

  it('shows a config that is one', () => {
    const config = parseConfig(blocks('json')[0] ?? '');
    expect(config.providers.map(({ address }) => address.hostname)).toEqual([...PUBLIC_HOSTS]);
  });

  it('explains errors that there are', () => {
    const [, table = ''] = document.split('| The synchronizer says |');
    const codes = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(3);
    expect(ERROR_CODES).toEqual(expect.arrayContaining(codes));
  });

  it('names parameters that the templates have', async () => {
    const templates = (
      await Promise.all([readFile('stacks/mirror.yaml', 'utf8'), readFile('template.yaml', 'utf8')])
    ).join('\n');
    const named = [...document.matchAll(/`([A-Z][A-Za-z]+)(?:=\w+)?`/g)].map(([, name = '']) => name);
    const parameters = named.filter((name) => !ERROR_CODES.some((code) => code === name));
    expect(parameters).toContain('CreateMirror');
    const unknown = parameters.filter((name) => !new RegExp(`^  ${name}:$`, 'm').test(templates));
    expect(unknown).toEqual([]);
  });
});
