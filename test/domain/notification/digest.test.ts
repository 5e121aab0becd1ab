import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBrokenPart,
  addResults,
  EMPTY_DIGEST,
  type FailedProvider,
  MAX_MESSAGE_BYTES,
  MAX_NAMED,
  type ProviderEnd,
  shortMessage,
} from '../../../src/domain/notification/digest.ts';

const failure = (code: string, address = 'registry.terraform.io/acme/p'): FailedProvider => ({
  address,
  requested: 'latest',
  version: null,
  step: 'check',
  code,
  message: 'no',
});
/** `total` providers, of which these failed and all others were published. */
const ended = (total: number, failures: readonly FailedProvider[]): readonly ProviderEnd[] => [
  ...failures.map((each) => ({ outcome: 'failed', failure: each })),
  ...Array.from({ length: total - failures.length }, () => ({ outcome: 'published', bytes: 7 })),
];
const failures = (code: string, count: number) =>
  Array.from({ length: count }, (_, index) => failure(code, `registry.terraform.io/acme/${code}-${index}`));

describe('a digest', () => {
  it('counts by cause, in the order in which causes were met', () => {
    const digest = addResults(EMPTY_DIGEST, ended(5, [failure('B'), failure('A'), failure('B')]));
    expect(digest).toMatchObject({ providers: 5, failed: 3, stopped: null });
    expect(digest).toMatchObject({ outcomes: { failed: 3, published: 2 }, bytes: 14 });
    expect(digest.causes.map(({ code, providers }) => [code, providers])).toEqual([
      ['B', 2],
      ['A', 1],
    ]);
  });

  it('leaves names to a rare cause beside one that fails hundreds', () => {
    const digest = addResults(EMPTY_DIGEST, ended(1000, [...failures('A', 500), ...failures('B', 2)]));
    expect(digest.causes.map(({ named }) => named.length)).toEqual([18, 2]);
    expect(digest.causes[0]?.named[0]?.address).toBe('registry.terraform.io/acme/A-0');
  });

  it('counts a part that broke off as failed, without names', () => {
    const digest = addBrokenPart(addResults(EMPTY_DIGEST, ended(3, [failure('A')])), 130, 'A');
    expect(digest).toMatchObject({ providers: 133, failed: 131, outcomes: { failed: 131, published: 2 } });
    expect(digest.causes).toEqual([{ code: 'A', providers: 131, named: [failure('A')] }]);
  });

  it('is the same in parts as in one piece, counts everything, and stays small', () => {
    const pages = fc.array(fc.array(fc.constantFrom('A', 'B', 'C', 'D'), { maxLength: 60 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pages, (codes) => {
        const parts = codes.map((page) => page.map((code) => failure(code)));
        const digest = parts.reduce(
          (sum, page) => addResults(sum, ended(page.length + 1, page)),
          EMPTY_DIGEST,
        );
        const all = parts.flat();
        const whole = addResults(EMPTY_DIGEST, ended(all.length + parts.length, all));
        expect([digest.outcomes, digest.bytes]).toEqual([whole.outcomes, whole.bytes]);
        expect(digest.failed).toBe(all.length);
        expect(digest.causes.map(({ code, providers }) => [code, providers])).toEqual(
          whole.causes.map(({ code, providers }) => [code, providers]),
        );
        const named = digest.causes.flatMap((cause) => cause.named);
        expect(named).toHaveLength(Math.min(MAX_NAMED, all.length));
        expect(digest.causes.every((cause) => cause.named.length > 0)).toBe(true);
      }),
    );
  });
});

describe('a short message', () => {
  it('is the message itself when it is short', () => {
    expect(shortMessage('There is no such version.')).toBe('There is no such version.');
  });

  it('takes a bounded number of bytes in JSON, whatever is in it, and says that it was cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const short = shortMessage(text);
        expect(new TextEncoder().encode(JSON.stringify(short)).byteLength).toBeLessThanOrEqual(
          MAX_MESSAGE_BYTES,
        );
        expect(short === text || short.endsWith('(the log has it all)')).toBe(true);
      }),
    );
  });
});
