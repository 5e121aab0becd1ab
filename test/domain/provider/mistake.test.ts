import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/domain/provider/mistake.ts';

describe('a value in a message', () => {
  it.each([
    ['aws', '"aws"'],
    [7, '7'],
    [undefined, 'undefined'],
    ['line\nbreak', '"line\\nbreak"'],
    ['x'.repeat(100), `"${'x'.repeat(79)}…`],
    ['https://user:secret@registry.example.com/', '"https://…@registry.example.com/"'],
  ])('%j is told as %s', (value, told) => {
    expect(quote(value)).toBe(told);
  });
});
