import { describe, expect, it } from 'vitest';
import { explainFailure, failureOf, isPassingStatus } from '../../../src/adapters/http/failures.ts';
import { SyncError } from '../../../src/domain/errors.ts';

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });
const about = { target: 'the package', host: 'files.example.com' };

describe('the reason of a failure', () => {
  it.each([
    ['ENOTFOUND', /host name is unknown/, false, false],
    ['EAI_AGAIN', /name server/, false, true],
    ['ECONNREFUSED', /refuses connections/, false, true],
    ['UND_ERR_CONNECT_TIMEOUT', /timeout/, false, true],
    ['UND_ERR_HEADERS_TIMEOUT', /timeout/, true, true],
    ['UND_ERR_BODY_TIMEOUT', /timeout/, true, true],
    ['ECONNRESET', /cut/, true, true],
    ['CERT_HAS_EXPIRED', /certificate has expired/, false, false],
    ['SELF_SIGNED_CERT_IN_CHAIN', /CA bundle/, false, false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another host name/, false, false],
  ] as const)('%s is put in words', (code, words, reached, passing) => {
    const failure = explainFailure(new TypeError('fetch failed', { cause: coded(code) }));
    expect(failure).toMatchObject({ reached, passing });
    expect(failure.reason).toMatch(words);
    expect(failure.reason).toContain(code);
  });

  it('is found within an attempt at several addresses', () => {
    const several = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]);
    expect(explainFailure(new TypeError('fetch failed', { cause: several })).reason).toContain(
      'ECONNREFUSED',
    );
  });

  it('never repeats what a library wrote, which may hold the link', () => {
    const error = failureOf(new Error('GET https://x/?sig=secret failed'), 'upstream', about, undefined);
    expect(error.message).toBe(
      'the package: the request to files.example.com failed: the request could not be made.',
    );
  });
});

describe('what is thrown', () => {
  it('is what was thrown, when that says it already', () => {
    const error = new SyncError('DigestMismatch', 'x');
    expect(failureOf(error, 'upstream', about, undefined)).toBe(error);
  });

  it.each([
    ['upstream', 'UpstreamUnavailable'],
    ['destination', 'DestinationUnavailable'],
  ] as const)('names the %s', (side, code) => {
    expect(failureOf(coded('EPIPE'), side, about, undefined)).toMatchObject({ code, retryable: true });
  });
});

describe('a passing status', () => {
  it.each([
    [200, false],
    [404, false],
    [408, true],
    [422, false],
    [429, true],
    [500, true],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
    [505, false],
    [524, true],
  ])('is %i: %s', (status, expected) => {
    expect(isPassingStatus(status)).toBe(expected);
  });
});
