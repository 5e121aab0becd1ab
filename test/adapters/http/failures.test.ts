import { describe, expect, it } from 'vitest';
import { explainFailure, failureOf } from '../../../src/adapters/http/failures.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { isPassingStatus } from '../../../src/domain/failures.ts';

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
    ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS/, false, false],
    ['EPROTO', /does not speak TLS/, false, false],
    ['EACCES', /firewall/, false, false],
    ['BAD_PORT', /another port/, false, false],
    ['Z_DATA_ERROR', /not packed as it says/, true, false],
    ['ERR__ERROR_FORMAT_PADDING_1', /not packed as it says/, true, false],
    ['HPE_INVALID_CONSTANT', /not HTTP/, true, false],
    ['HPE_INVALID_EOF_STATE', /cut/, true, true],
    ['UND_ERR_HEADERS_OVERFLOW', /more headers/, true, false],
    ['ERR_ASSERTION', /broke off/, true, true],
    ['DOCUMENT_TIMEOUT', /timeout/, true, true],
    ['TOO_SLOW', /too slow/, true, true],
    ['UND_ERR_OF_TOMORROW', /could not be made/, true, true],
    ['EOFTOMORROW', /could not be made/, true, true],
  ] as const)('%s is put in words', (code, words, reached, passing) => {
    const failure = explainFailure(new TypeError('fetch failed', { cause: coded(code) }));
    expect(failure).toMatchObject({ reached, passing });
    expect(failure.reason).toMatch(words);
    // What a library calls it says nothing to a person; what a system calls it can be looked up.
    const raw = /^(?:UND_|HPE_|Z_|ERR_(?!TLS)|DOCUMENT_|TOO_|BAD_)/.test(code);
    expect(failure.reason.includes(code)).toBe(!raw);
  });

  it.each([
    [403, false, /refused to connect.*403.*NO_PROXY/],
    [407, false, /user and password.*407.*HTTPS_PROXY/],
    [502, true, /could not connect.*502/],
    [503, true, /could not connect.*503/],
  ])('is what a proxy means that answers %i', (status, passing, words) => {
    const cause = coded('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);
    const failure = explainFailure(new TypeError('fetch failed', { cause }));
    expect(failure).toMatchObject({ passing, reached: false });
    expect(failure.reason).toMatch(words);
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

  it.each([
    ['upstream', 'ENOTFOUND', 'UpstreamUnreachable'],
    ['destination', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'DestinationUnreachable'],
    ['upstream', 'Z_DATA_ERROR', 'UpstreamResponseInvalid'],
    ['destination', 'HPE_INVALID_CONSTANT', 'DestinationResponseInvalid'],
  ] as const)('at the %s for %s is %s, which nobody repeats', (side, cause, code) => {
    expect(failureOf(coded(cause), side, about, undefined)).toMatchObject({ code, retryable: false });
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
