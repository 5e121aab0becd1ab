import { describe, expect, it } from 'vitest';
import { completenessOf, isComplete } from '../../../src/domain/retention/listed.ts';
import { listed } from './listings.ts';

describe('whether a listed version is whole', () => {
  it.each([
    [true, true, 1, 'complete'],
    // An unknown number of platforms tells nothing.
    [true, true, undefined, 'complete'],
    [true, true, 0, 'incomplete'],
    [false, true, 1, 'incomplete'],
    [true, false, 1, 'incomplete'],
    [false, undefined, 1, 'incomplete'],
    [undefined, undefined, 0, 'incomplete'],
    [undefined, true, 1, 'unknown'],
    [true, undefined, 1, 'unknown'],
    [undefined, undefined, undefined, 'unknown'],
  ] as const)(
    'with SHA256SUMS there: %s, its signature: %s, platforms: %s, it is %s',
    (shasumsUploaded, shasumsSignatureUploaded, platformCount, expected) => {
      const version = listed('1.0.0', { shasumsUploaded, shasumsSignatureUploaded, platformCount });
      expect(completenessOf(version)).toBe(expected);
      expect(isComplete(version)).toBe(expected === 'complete');
    },
  );
});
