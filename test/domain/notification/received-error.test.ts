import { describe, expect, it } from 'vitest';
import { readCaughtError } from '../../../src/domain/notification/received-error.ts';

const lambdaCause = (errorType: string, errorMessage: unknown) =>
  JSON.stringify({
    errorType,
    errorMessage,
    trace: [`${errorType}: …`, '    at handler (file:///var/task/x.mjs:1:1)'],
  });

describe('an error as Step Functions hands it over', () => {
  it.each([
    [
      'of a function of ours',
      { Error: 'ConfigInvalid', Cause: lambdaCause('ConfigInvalid', '$[0]: "5.x" is no version.') },
      { name: 'ConfigInvalid', code: 'ConfigInvalid', message: '$[0]: "5.x" is no version.' },
    ],
    [
      'of a function that ran out of time',
      {
        Error: 'Sandbox.Timedout',
        Cause:
          '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 120.00 seconds"}',
      },
      {
        name: 'Sandbox.Timedout',
        code: undefined,
        message: 'RequestId: 1 Error: Task timed out after 120.00 seconds',
      },
    ],
    [
      'of a service',
      {
        Error: 'Lambda.TooManyRequestsException',
        Cause: 'Rate Exceeded. (Service: Lambda, Status Code: 429)',
      },
      {
        name: 'Lambda.TooManyRequestsException',
        code: undefined,
        message: 'Rate Exceeded. (Service: Lambda, Status Code: 429)',
      },
    ],
    [
      'with the bare message of a local interpreter',
      { Error: 'TokenRejected', Cause: 'The token was refused.' },
      { name: 'TokenRejected', code: 'TokenRejected', message: 'The token was refused.' },
    ],
    [
      'with JSON that was cut short',
      { Error: 'InternalError', Cause: '{"errorType":"InternalError","errorMess' },
      { name: 'InternalError', code: 'InternalError', message: '{"errorType":"InternalError","errorMess' },
    ],
    [
      'with JSON that was cut short within the message',
      {
        Error: 'ConfigInvalid',
        Cause: '{"errorType":"ConfigInvalid","errorMessage":"1 problem.\\n$[0]: \\"5.x\\',
      },
      { name: 'ConfigInvalid', code: 'ConfigInvalid', message: '1 problem.\n$[0]: "5.x' },
    ],
    [
      'with JSON that was cut short behind the message',
      {
        Error: 'ConfigInvalid',
        Cause: '{"errorType":"ConfigInvalid","errorMessage":"5 \\u00e4","trace":["Conf',
      },
      { name: 'ConfigInvalid', code: 'ConfigInvalid', message: '5 \u00e4' },
    ],
    [
      'with JSON of another form',
      { Error: 'States.TaskFailed', Cause: '{"errorMessage":{"a":1}}' },
      { name: 'States.TaskFailed', code: undefined, message: '{"errorMessage":{"a":1}}' },
    ],
    [
      'without a cause',
      { Error: 'States.Timeout' },
      { name: 'States.Timeout', code: undefined, message: 'No message came with it.' },
    ],
  ])('is read: %s', (_name, caught, expected) => {
    expect(readCaughtError(caught)).toEqual(expected);
  });
});
