import { describe, expect, it } from 'vitest';
import {
  addResults,
  EMPTY_DIGEST,
  type FailedProvider,
  type ProviderEnd,
} from '../../../src/domain/notification/digest.ts';
import { type DigestNotice, renderDigest } from '../../../src/domain/notification/render-digest.ts';

const EXECUTION =
  'arn:aws:states:eu-central-1:123456789012:execution:provider-sync-dev-provider-sync:7c1d-42';

const failed = (index: number, code: string, message: string): FailedProvider => ({
  address: `registry.terraform.io/acme/p${index}`,
  requested: '~> 1.0',
  version: index % 2 === 0 ? '1.2.0' : null,
  step: 'upload',
  code,
  message,
});

const ended = (total: number, failures: readonly FailedProvider[]): readonly ProviderEnd[] => [
  ...failures.map((failure) => ({ outcome: 'failed', failure })),
  ...Array.from({ length: total - failures.length }, () => ({ outcome: 'up-to-date' })),
];

const notice = (failures: readonly FailedProvider[], over: Partial<DigestNotice> = {}): DigestNotice => ({
  digest: addResults(EMPTY_DIGEST, ended(10, failures)),
  total: 10,
  config: { bucket: 'our-configs', key: 'config.json', versionId: 'Zq1' },
  executionId: EXECUTION,
  logGroups: { checkVersion: '/aws/lambda/s-check-version', downloadAndUpload: '/aws/lambda/s-download' },
  place: { partition: 'aws', region: 'eu-central-1' },
  ...over,
});

describe('the one message of a run', () => {
  it('tells everything of the only provider that failed', () => {
    const { subject, body } = renderDigest(notice([failed(2, 'SignatureInvalid', 'It was changed.')]));
    expect(subject).toBe('Provider sync failed: acme/p2 1.2.0 (SignatureInvalid)');
    expect(body).toContain('Version:   1.2.0 (the config asks for ~> 1.0)');
    expect(body).toContain('s-download');
  });

  it('groups several by cause, the most frequent first, each with what to try', () => {
    const { subject, body } = renderDigest(
      notice([
        failed(1, 'VersionNotFound', 'There is no 9.9.'),
        failed(2, 'UpstreamUnavailable', 'No answer.'),
        failed(3, 'UpstreamUnavailable', 'No answer either.'),
      ]),
    );
    expect(subject).toBe('Provider sync: 3 of 10 providers failed (UpstreamUnavailable, VersionNotFound)');
    expect(body).toContain('Config:    s3://our-configs/config.json (version Zq1)');
    expect(body.indexOf('UpstreamUnavailable: 2 providers')).toBeLessThan(
      body.indexOf('VersionNotFound: 1 provider\n'),
    );
    expect(body).toContain('- registry.terraform.io/acme/p2 1.2.0\n  No answer.');
    expect(body).toContain('- registry.terraform.io/acme/p1 ~> 1.0\n  There is no 9.9.');
    expect(body).toContain('What to try: Choose a version the registry lists');
    expect(body).toContain('s-check-version');
    expect(body).toContain(encodeURIComponent(EXECUTION));
  });

  it.each([
    ['TokenRejected', 'every other provider of the run would have failed'],
    ['States.DataLimitExceeded', 'its execution could not go on'],
  ])('says that %s stopped the run, once', (code, why) => {
    const digest = {
      ...addResults(EMPTY_DIGEST, ended(4, [failed(1, 'VersionNotFound', 'no')])),
      stopped: { code, message: 'The token was refused.' },
    };
    const { subject, body } = renderDigest(notice([], { digest }));
    expect(subject).toBe(`Provider sync stopped (${code})`);
    expect(body).toContain(why);
    expect(body).toContain('The token was refused.');
    expect(body).toContain('Providers: 10 in the config; results of 4 are known, of which 1 failed');
  });
});
