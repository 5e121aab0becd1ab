import { describe, expect, it } from 'vitest';
import {
  isUnanswered,
  serviceErrorOf,
  serviceUnavailable,
} from '../../../src/adapters/aws/service-errors.ts';

const failed = (name: string, more: object = {}): Error => Object.assign(new Error('x'), { name, ...more });
const answered = (status: number) => ({ $metadata: { httpStatusCode: status } });

describe('an error of an AWS service', () => {
  it.each([
    ['TimeoutError', failed('TimeoutError'), 'ServiceUnavailable'],
    ['ECONNRESET', failed('Error', { code: 'ECONNRESET' }), 'ServiceUnavailable'],
    ['ECONNREFUSED', failed('Error', { code: 'ECONNREFUSED' }), 'ServiceUnavailable'],
    ['ENOTFOUND', failed('Error', { code: 'ENOTFOUND' }), 'ServiceUnreachable'],
    [
      'an untrusted certificate',
      failed('Error', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'ServiceUnreachable',
    ],
    ['no credentials', failed('CredentialsProviderError'), 'ServiceUnreachable'],
    ['500', failed('InternalError', answered(500)), 'ServiceUnavailable'],
    ['501', failed('NotImplemented', answered(501)), 'ServiceUnavailable'],
    ['429', failed('TooMany', answered(429)), 'ServiceUnavailable'],
    ['throttling with a 400', failed('ThrottlingException', answered(400)), 'ServiceUnavailable'],
  ])('%s leaves what was asked for unknown', (_, error, code) => {
    expect(isUnanswered(serviceErrorOf(error))).toBe(true);
    expect(serviceUnavailable('Reading s3://bucket/key', error)).toMatchObject({
      code,
      retryable: code === 'ServiceUnavailable',
      message: expect.stringContaining('Reading s3://bucket/key'),
    });
  });

  it.each([400, 403, 404])('with status %i is an answer', (status) => {
    expect(isUnanswered(serviceErrorOf(failed('NoSuchKey', answered(status))))).toBe(false);
  });
});
