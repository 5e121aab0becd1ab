import { describe, expect, it } from 'vitest';
import { executionLink, logLink, placeOfArn } from '../../../src/domain/notification/console-links.ts';

describe('links to the console', () => {
  it.each([
    ['arn:aws:sns:eu-central-1:123456789012:t', 'https://eu-central-1.console.aws.amazon.com/states/'],
    ['arn:aws-cn:sns:cn-north-1:123456789012:t', 'https://cn-north-1.console.amazonaws.cn/states/'],
    [
      'arn:aws-us-gov:sns:us-gov-west-1:123456789012:t',
      'https://us-gov-west-1.console.amazonaws-us-gov.com/states/',
    ],
  ])('lead to the console that belongs to %s', (arn, beginning) => {
    const place = placeOfArn(arn);
    expect(place).toBeDefined();
    expect(place && executionLink(place, arn)).toContain(beginning);
  });

  it.each(['', 'topic', 'arn:aws:s3:::bucket', 'arn:aws:sns'])('know no place in %j', (text) => {
    expect(placeOfArn(text)).toBeUndefined();
  });

  it('carry nothing of a name unescaped', () => {
    const link = logLink({ partition: 'aws', region: 'us-east-1' }, '/a b/#c', 'x&y"');
    expect(link.split('#').at(-1)).toBe(
      'logsV2:log-groups/log-group/$252Fa$2520b$252F$2523c/log-events$3FfilterPattern$3D$2522x$2526y$2522$2522',
    );
  });
});
