import { describe, expect, it } from 'vitest';
import type { VerifyProviderResult, VerifyResult } from '../../../src/application/verify/results.ts';
import { VERIFY_RESULT } from '../../../src/cli/render/verify-result.ts';

const verified: VerifyProviderResult = {
  address: 'registry.terraform.io/acme/anvil',
  requested: 'latest',
  version: '1.2.0',
  outcome: 'verified',
  signedBy: '34365D9472D7468F',
  platforms: [{ os: 'linux', arch: 'amd64', outcome: 'verified', sha256: 'ab', bytes: 5_000_000 }],
  differences: [],
  checks: [],
  remarks: [],
};
const differing: VerifyProviderResult = {
  ...verified,
  address: 'registry.terraform.io/acme/rocket',
  outcome: 'differs',
  differences: [
    { what: 'package-digest', platform: 'linux_amd64', message: 'the bytes differ' },
    { what: 'signature-file', message: 'the signature is missing' },
  ],
};
const result: VerifyResult = {
  providers: [verified, differing],
  summary: {
    total: 2,
    verified: 1,
    differing: 1,
    failed: 0,
    stopped: 0,
    bytes: 10_000_000,
    durationMs: 2000,
    ok: false,
  },
};

describe('the result of a verify', () => {
  it('names every difference with its platform, below the table', () => {
    expect(VERIFY_RESULT.whole(result, { columns: 80, color: false })).toBe(
      [
        'PROVIDER     REQUESTED  VERSION  OUTCOME   PLATFORMS  SIGNED BY',
        'acme/anvil   latest     1.2.0    verified          1  34365D9472D7468F',
        'acme/rocket  latest     1.2.0    differs           1  34365D9472D7468F',
        '',
        'acme/rocket 1.2.0',
        '  linux_amd64: the bytes differ',
        '  the signature is missing',
        '',
        '2 providers: 1 verified, 1 differs, 10 MB of stored packages read in 2.0 s.',
      ].join('\n'),
    );
  });

  it('leaves only the differences when quiet', () => {
    expect(VERIFY_RESULT.failures(result, { columns: 80, color: false })).not.toContain('acme/anvil');
    expect(VERIFY_RESULT.failures(result, { columns: 80, color: false })).toContain('the bytes differ');
  });
});
