import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, visible, visibleParts } from '../../../src/catalogue/model/visible-text.ts';

describe('text from outside', () => {
  it.each([
    ['plain', 'plain'],
    ['Grüße, 世界 🎉', 'Grüße, 世界 🎉'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['right-to-left \u202egnp.exe', 'right-to-left ⟨U+202E⟩gnp.exe'],
    ['\u2066isolated\u2069', '⟨U+2066⟩isolated⟨U+2069⟩'],
    ['nul \0 escape \u001b[31m', 'nul ⟨U+0000⟩ escape ⟨U+001B⟩[31m'],
    ['a\u200bb', 'a⟨U+200B⟩b'],
    ['a\u2028b', 'a⟨U+2028⟩b'],
    ['tag \u{e0041}', 'tag ⟨U+E0041⟩'],
    ['half a character \ud83d', 'half a character ⟨U+D83D⟩'],
    ['', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
    const parts = visibleParts(text).map((part) => (part.kind === 'text' ? part.text : `⟨${part.name}⟩`));
    expect(parts.join('')).toBe(shown);
  });

  it('shows nothing that acts, and nothing of it is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });

  it.each([
    ['short', 10, 'short', true],
    ['exactly 12..', 10, 'exactly 12..', true],
    ['rather longer', 10, 'rather lon', false],
    ['123456789🎉 and more', 10, '123456789', false],
  ])('%j within %i', (text, limit, shown, whole) => {
    expect(cut(text, limit)).toEqual({ text: shown, whole });
  });
});
