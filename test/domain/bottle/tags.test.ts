import { describe, expect, it } from 'vitest';
import { bottleTagFor, isOlderMacos } from '../../../src/domain/bottle/tags.ts';

describe('the bottle that a host takes', () => {
  it.each([
    ['its own', 'arm64_sonoma', ['arm64_sequoia', 'arm64_sonoma', 'all'], 'arm64_sonoma'],
    ['the one for all', 'arm64_sonoma', ['arm64_ventura', 'all'], 'all'],
    [
      'the first listed for an older macOS of its arch',
      'arm64_sonoma',
      ['arm64_tahoe', 'arm64_big_sur', 'arm64_ventura'],
      'arm64_big_sur',
    ],
    ['never one for a newer macOS', 'arm64_monterey', ['arm64_sonoma', 'arm64_ventura'], undefined],
    ['never one for the other arch', 'arm64_sonoma', ['sonoma', 'ventura'], undefined],
    ['on Intel one without an arch in front', 'sonoma', ['arm64_ventura', 'catalina'], 'catalina'],
    ['one for a macOS that is long gone', 'sonoma', ['mojave', 'high_sierra'], 'mojave'],
    ['on Linux its own', 'x86_64_linux', ['arm64_linux', 'x86_64_linux'], 'x86_64_linux'],
    ['on Linux the one for all', 'arm64_linux', ['x86_64_linux', 'all'], 'all'],
    ['on Linux never the other arch’s', 'arm64_linux', ['x86_64_linux'], undefined],
    [
      'on a macOS that is newer than those known any older',
      'arm64_zzz',
      ['arm64_golden_gate'],
      'arm64_golden_gate',
    ],
    ['none where there is none', 'sonoma', [], undefined],
  ])('is %s', (_, host, available, taken) => {
    expect(bottleTagFor(host, available)).toBe(taken);
  });

  it.each([
    ['arm64_ventura', 'sonoma', true],
    ['ventura', 'ventura', false],
    ['sonoma', 'catalina', false],
    ['x86_64_linux', 'sonoma', false],
  ])('%s older than %s: %s', (tag, release, older) => {
    expect(isOlderMacos(tag, release)).toBe(older);
  });
});
