import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../src/cli/render/shell-word.ts';

describe('a word for the shell', () => {
  it('is left alone where it needs no quotes', () => {
    expect(shellWord('/tmp/provider-sync/token')).toBe('/tmp/provider-sync/token');
  });

  it.skipIf(process.platform === 'win32')('reaches a program as it was', () => {
    const path = fc.string({
      unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '*', '~', '\n'),
      minLength: 1,
    });
    fc.assert(
      fc.property(path, (text) => {
        expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
      }),
      { numRuns: 20 },
    );
  });
});
