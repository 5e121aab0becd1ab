import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notifyError } from '../../../src/application/notify-error.ts';
import { ERROR_CODES } from '../../../src/domain/errors.ts';
import { adviceFor } from '../../../src/domain/notification/advice.ts';
import { type ErrorNotice, renderErrorNotification } from '../../../src/domain/notification/render-error.ts';
import { createFakeNotifier } from '../../fakes/notifier.ts';

const EXECUTION =
  'arn:aws:states:eu-central-1:123456789012:execution:provider-sync-dev-provider-sync:7c1d-42';

const notice: ErrorNotice = {
  work: {
    kind: 'provider',
    address: 'registry.terraform.io/hashicorp/aws',
    requested: '~> 5.0',
    version: '5.100.0',
  },
  error: {
    name: 'SignatureInvalid',
    code: 'SignatureInvalid',
    message: 'SHA256SUMS of hashicorp/aws 5.100.0 was changed after it was signed.',
  },
  config: { bucket: 'our-configs', key: 'config.json', versionId: 'Zq1' },
  executionId: EXECUTION,
  logGroup: '/aws/lambda/provider-sync-dev-download-and-upload',
  place: { partition: 'aws', region: 'eu-central-1' },
};

describe('the message about a provider that failed', () => {
  const { subject, body } = renderErrorNotification(notice);

  it('names provider, version and error in its subject', () => {
    expect(subject).toBe('Provider sync failed: hashicorp/aws 5.100.0 (SignatureInvalid)');
  });

  it('reads as a person needs it', () => {
    expect(body).toBe(
      [
        'Provider sync failed: hashicorp/aws 5.100.0.',
        '',
        'Provider:  registry.terraform.io/hashicorp/aws',
        'Version:   5.100.0 (the config asks for ~> 5.0)',
        'Config:    s3://our-configs/config.json (version Zq1)',
        'Error:     SignatureInvalid',
        '',
        'SHA256SUMS of hashicorp/aws 5.100.0 was changed after it was signed.',
        '',
        `What to try: ${adviceFor(notice.error)}`,
        '',
        `Execution: ${EXECUTION}`,
        `           https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${encodeURIComponent(EXECUTION)}`,
        'Log:       https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fprovider-sync-dev-download-and-upload/log-events$3FfilterPattern$3D$25227c1d-42$2522',
      ].join('\n'),
    );
  });

  it('says what the config asks for when the version is not known yet', () => {
    const early = renderErrorNotification({
      ...notice,
      work: { ...notice.work, version: undefined } as never,
    });
    expect(early.subject).toContain('hashicorp/aws ~> 5.0 (');
    expect(early.body).toContain('Version:   not resolved (the config asks for ~> 5.0)');
  });
});

describe('the message about a whole run', () => {
  it('says that the config cannot be used', () => {
    const message = renderErrorNotification({
      ...notice,
      work: { kind: 'config' },
      error: { name: 'ConfigInvalid', code: 'ConfigInvalid', message: '$[0].version: "5.x" is no version.' },
      config: { bucket: 'our-configs', key: 'config.json', versionId: null },
    });
    expect(message.subject).toBe('Provider sync failed: the config cannot be used (ConfigInvalid)');
    expect(message.body).toContain('Config:    s3://our-configs/config.json\n');
    expect(message.body).toContain('$[0].version: "5.x" is no version.');
    expect(message.body).not.toContain('Provider:');
  });

  it('says that a cleanup failed, with no execution to link to', () => {
    const { subject, body } = renderErrorNotification({
      ...notice,
      work: { kind: 'cleanup' },
      error: { name: 'CleanupFailed', code: 'CleanupFailed', message: 'aws 5.0.0: refused.' },
      config: undefined,
      executionId: '6f1b-request',
    });
    expect(subject).toBe('Cleanup of old provider versions failed (CleanupFailed)');
    expect(body).toContain('Execution: 6f1b-request\nLog: ');
    expect(body).not.toContain('/states/home');
    expect(body).not.toContain('Config:');
  });
});

describe('every message', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 300 });

  it('has a subject that SNS accepts', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (address, version, name) => {
        const work = { kind: 'provider' as const, address, requested: 'latest', version };
        const error = { name, code: undefined, message: '' };
        expect(renderErrorNotification({ ...notice, work, error }).subject).toMatch(/^[ -~]{1,99}$/);
      }),
    );
  });

  it('stays far below the 256 KiB of SNS', () => {
    const error = { ...notice.error, message: 'x'.repeat(300_000) };
    const { body } = renderErrorNotification({ ...notice, error });
    expect(body.length).toBeLessThan(20_000);
    expect(body).toContain('(cut here; the log has it all)');
    expect(body).toContain('What to try:');
  });

  it.each(ERROR_CODES)('has advice for %s', (code) => {
    expect(adviceFor({ name: code, code, message: '' })).toMatch(/^[A-Z][ -~]{20,}\.$/);
  });

  it.each([
    ['Sandbox.Timedout', 'took too long'],
    ['Lambda.TooManyRequestsException', 'Too many functions ran at once'],
    ['Lambda.ServiceException', 'status page of AWS Lambda'],
    ['Runtime.ExitError', 'memory'],
    ['TypeError', 'fault of the program'],
  ])('has advice for %s, which is not an error of ours', (name, advice) => {
    expect(adviceFor({ name, code: undefined, message: '' })).toContain(advice);
  });

  it('is handed to the notifier', async () => {
    const notifier = createFakeNotifier();
    expect(await notifyError({ notifier }, notice)).toEqual({ messageId: 'message-1' });
    expect(notifier.messages).toEqual([renderErrorNotification(notice)]);
  });
});
