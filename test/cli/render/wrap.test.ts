import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrap, wrapParagraph } from '../../../src/cli/render/wrap.ts';

describe('a cell that is too wide', () => {
  it.each([
    ['hashicorp/aws', 13, ['hashicorp/aws']],
    ['registry.opentofu.org/hashicorp/aws', 24, ['registry.opentofu.org/', 'hashicorp/aws']],
    ['>= 5.80, < 6, != 5.90', 10, ['>= 5.80, <', '6, != 5.90']],
    ['unbreakable', 4, ['unbr', 'eaka', 'ble']],
    ['', 5, ['']],
  ])('is broken where it reads best: %s at %d', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  it('keeps every character but blanks, in order, and no line is wider than asked', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', ' ', ',', '_'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20 }), (line, width) => {
        const lines = wrap(line, width);
        const bare = (some: string) => some.replaceAll(' ', '');
        expect(bare(lines.join(''))).toBe(bare(line));
        for (const wrapped of lines) expect(wrapped.trimEnd().length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('a paragraph', () => {
  it('is broken at blanks alone, so that an address stays whole', () => {
    const text = 'Ask https://registry.example.com/providers/aws/versions for more\nof it.';
    expect(wrapParagraph(text, 30, 2)).toEqual([
      '  Ask',
      '  https://registry.example.com/providers/aws/versions',
      '  for more',
      '  of it.',
    ]);
  });

  it('cannot steer the terminal', () => {
    expect(wrapParagraph('a\u001B[2Jb', 80)).toEqual(['a\uFFFD[2Jb']);
  });
});
