import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change } from './support/change-set-samples.ts';
import {
  changeSetAnswer,
  NEW,
  NO_STACK,
  OLD,
  stackAnswer,
  TEMPLATE,
  WELL,
} from './support/recorded-account.ts';
import { operations, option, runRecorded } from './support/recorded-commands.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-commands-'));
  await writeFile(path.join(folder, 'packaged.yaml'), TEMPLATE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const packaged = () => path.join(folder, 'packaged.yaml');

describe('the plan of a pull request', { timeout: 120_000 }, () => {
  const plan = (...answers: Parameters<typeof runRecorded>[2]) =>
    runRecorded('plan', [packaged(), 'https://bucket/plan/1/packaged.yaml', folder], [...answers, ...WELL], {
      GITHUB_SHA: NEW,
    });

  it('makes a change set, shows it and deletes it, and executes nothing', async () => {
    const ran = await plan(
      stackAnswer('UPDATE_COMPLETE', OLD),
      changeSetAnswer([change('Remove', 'Queue', 'AWS::SQS::Queue')]),
    );
    expect(ran.code).toBe(0);
    const names = ran.calls
      .filter(({ args }) => /(create|describe|delete)-change-set/.test(args[1] ?? ''))
      .map((call) => option(call, '--change-set-name'));
    expect(new Set(names)).toEqual(new Set(['plan-77-2']));
    expect(
      operations(ran)
        .filter((operation) => operation.includes('change-set'))
        .at(-1),
    ).toBe('cloudformation delete-change-set');
    expect(operations(ran)).not.toContain('cloudformation execute-change-set');
    const comment = await readFile(path.join(folder, 'comment.md'), 'utf8');
    expect(comment).toContain('- **REMOVED** `Queue` `AWS::SQS::Queue`');
    expect(ran.summary).toContain('**REMOVED** `Queue`');
  });

  it('reads every page, and every nested set by its id', async () => {
    const page = (changes: readonly object[], more: object) => ({
      ...changeSetAnswer(changes),
      stdout: { StackName: 'provider-sync-prod', Status: 'CREATE_COMPLETE', Changes: changes, ...more },
    });
    const nested = change('Modify', 'Mirror', 'AWS::CloudFormation::Stack', { changeSet: 'arn:nested' });
    const ran = await plan(
      stackAnswer('UPDATE_COMPLETE', OLD),
      {
        ...page([change('Add', 'Bucket', 'AWS::S3::Bucket')], {}),
        when: ['describe-change-set', 'arn:nested'],
      },
      { ...page([nested], {}), when: ['describe-change-set', 'token-2'] },
      page([change('Add', 'Alarm', 'AWS::CloudWatch::Alarm')], { NextToken: 'token-2' }),
    );
    expect(ran.code).toBe(0);
    const comment = await readFile(path.join(folder, 'comment.md'), 'utf8');
    expect(comment).toContain('`Mirror/Bucket`');
    expect(comment).toContain('`Alarm`');
  });

  it('deletes the change set and fails when it could not be made, without its reason in the comment', async () => {
    const ran = await plan(
      stackAnswer('UPDATE_COMPLETE', OLD),
      changeSetAnswer([], 'FAILED', 'Parameter LogLevel is "secret-value"'),
    );
    expect(ran.code).toBe(1);
    expect(operations(ran)).toContain('cloudformation delete-change-set');
    expect(await readFile(path.join(folder, 'comment.md'), 'utf8')).not.toContain('secret-value');
    expect(ran.output).toContain('secret-value');
  });

  it('makes no change set for a stack that is not there', async () => {
    const ran = await plan(NO_STACK);
    expect(ran.code).toBe(0);
    expect(operations(ran)).toEqual(['cloudformation describe-stacks']);
    expect(await readFile(path.join(folder, 'comment.md'), 'utf8')).toContain('**will be created**');
  });
});

describe('the comment under a pull request', { timeout: 60_000 }, () => {
  const comments = (...each: readonly object[]) => ({ when: ['GET', 'issues/7/comments'], stdout: each });
  const bot = { login: 'github-actions[bot]' };
  const marker = '<!-- provider-sync-plan -->';
  const run = async (...answers: Parameters<typeof runRecorded>[2]) => {
    await writeFile(path.join(folder, 'comment.md'), `${marker}\nplan`);
    return runRecorded('comment', ['7', path.join(folder, 'comment.md')], answers);
  };

  it('is made once', async () => {
    const ran = await run(comments({ id: 1, body: 'looks good', user: { login: 'ann' } }), {
      when: ['POST'],
    });
    expect(ran.code).toBe(0);
    expect(ran.calls.at(-1)?.args).toContain('repos/octo-org/octo-repo/issues/7/comments');
    expect(JSON.parse(ran.calls.at(-1)?.stdin ?? '')).toEqual({ body: `${marker}\nplan` });
  });

  it('is replaced afterwards, and nobody else can pass theirs off as it', async () => {
    const ran = await run(
      comments(
        { id: 1, body: `${marker} forged`, user: { login: 'mallory' } },
        { id: 2, body: `see ${marker}`, user: bot },
        { id: 3, body: `${marker}\nold plan`, user: bot },
      ),
      { when: ['PATCH'] },
    );
    expect(ran.code).toBe(0);
    expect(ran.calls.at(-1)?.args).toContain('repos/octo-org/octo-repo/issues/comments/3');
  });
});

describe('publishing an artifact', { timeout: 60_000 }, () => {
  const absent = {
    when: ['get-object', 'manifest.json'],
    code: 254,
    stderr: '\nAn error occurred (NoSuchKey) when calling the GetObject operation: The key does not exist.\n',
  };

  it('uploads under the commit, and the manifest last and only once', async () => {
    const key = (name: string) => ({ Key: `releases/${NEW}/${name}` });
    const ran = await runRecorded(
      'publish',
      [NEW, '.aws-sam/build/template.yaml'],
      [
        absent,
        { when: ['sam', 'package'] },
        { when: ['list-objects-v2'], stdout: { Contents: [key('packaged.yaml'), key('0a1b')] } },
        { when: ['get-object'], file: 'contents', stdout: {} },
        { when: ['put-object'], stdout: {} },
      ],
    );
    expect(ran.output).toContain('is in the bucket now');
    const [sam] = ran.calls.filter(({ program }) => program === 'sam');
    expect(sam && option(sam, '--s3-prefix')).toBe(`releases/${NEW}`);
    const puts = ran.calls.filter(({ args }) => args.includes('put-object'));
    expect(puts.map((call) => option(call, '--key'))).toEqual([
      `releases/${NEW}/packaged.yaml`,
      `releases/${NEW}/manifest.json`,
    ]);
    const [, last] = puts;
    expect(last && option(last, '--if-none-match')).toBe('*');
  });

  it('leaves a commit alone that is there', async () => {
    const manifest = { commit: NEW, files: { 'packaged.yaml': 'c'.repeat(64) } };
    const ran = await runRecorded(
      'publish',
      [NEW, '.aws-sam/build/template.yaml'],
      [{ when: ['get-object', 'manifest.json'], file: JSON.stringify(manifest), stdout: {} }],
    );
    expect(ran.output).toContain('was in the bucket already');
    expect(operations(ran)).toEqual(['s3api get-object']);
  });
});

describe('drift', { timeout: 60_000 }, () => {
  const started = { when: ['detect-stack-drift'], stdout: { StackDriftDetectionId: 'd1' } };
  const done = {
    when: ['describe-stack-drift-detection-status'],
    stdout: { DetectionStatus: 'DETECTION_COMPLETE' },
  };
  const drifts = (...each: readonly object[]) => ({
    when: ['describe-stack-resource-drifts'],
    stdout: { StackResourceDrifts: each },
  });
  const resources = { when: ['list-stack-resources'], stdout: { StackResourceSummaries: [] } };
  const modified = (type: string, ...paths: readonly string[]) => ({
    LogicalResourceId: 'Thing',
    ResourceType: type,
    StackResourceDriftStatus: 'MODIFIED',
    PropertyDifferences: paths.map((PropertyPath) => ({
      PropertyPath,
      ExpectedValue: 'canary',
      ActualValue: 'canary',
    })),
  });
  const detect = async (...found: readonly object[]) => {
    const file = path.join(folder, 'drift.md');
    const ran = await runRecorded(
      'drift',
      ['detect', file, 'prod'],
      [stackAnswer('UPDATE_COMPLETE', NEW), started, done, drifts(...found), resources],
    );
    expect(ran.code).toBe(0);
    return readFile(file, 'utf8');
  };

  it('names what drifted, without values', async () => {
    const text = await detect(modified('AWS::SQS::Queue', '/MessageRetentionPeriod'), {
      LogicalResourceId: 'Gone',
      ResourceType: 'AWS::SNS::Topic',
      StackResourceDriftStatus: 'DELETED',
    });
    expect(text).toContain(
      '- **MODIFIED** `provider-sync-prod/Thing` `AWS::SQS::Queue`: `/MessageRetentionPeriod`',
    );
    expect(text).toContain('- **DELETED** `provider-sync-prod/Gone` `AWS::SNS::Topic`');
    expect(text).not.toContain('canary');
  });

  it.each([
    ['AWS::Lambda::Alias', '/RoutingConfig/AdditionalVersionWeights', ''],
    ['AWS::CloudWatch::Dashboard', '/DashboardBody', ''],
    [
      'AWS::Lambda::Alias',
      '/Description',
      '- **MODIFIED** `provider-sync-prod/Thing` `AWS::Lambda::Alias`: `/Description`',
    ],
  ])('knows what is no drift: %s %s', async (type, property, expected) => {
    const text = await detect(modified(type, property));
    expect(text.split('\n').at(-1)).toBe(expected);
  });

  it.each<readonly [string, string, readonly object[], readonly string[]]>(
    [
      ['opens an issue', '<!-- provider-sync-drift -->\nx', [], ['GET', 'POST']],
      ['updates the issue', '<!-- provider-sync-drift -->\nx', [4], ['GET', 'PATCH']],
      ['closes the issue', '', [4], ['GET', 'POST', 'PATCH']],
      ['leaves things alone', '', [], ['GET']],
    ].map(([name, body, open, methods]) => [
      name as string,
      body as string,
      (open as number[]).map((number) => ({
        id: 1,
        number,
        body: '<!-- provider-sync-drift -->',
        user: { login: 'github-actions[bot]' },
      })),
      methods as string[],
    ]),
  )('%s', async (_name, body, open, methods) => {
    const file = path.join(folder, 'report.md');
    await writeFile(file, body);
    const ran = await runRecorded(
      'drift',
      ['report', file],
      [
        { when: ['GET'], stdout: open },
        { when: ['POST'], stdout: {} },
        { when: ['PATCH'], stdout: {} },
      ],
    );
    expect(ran.code).toBe(0);
    expect(ran.calls.map((call) => option(call, '--method'))).toEqual(methods);
  });
});

describe('making a release', { timeout: 60_000 }, () => {
  it('refuses a tag that is not the version of package.json', async () => {
    const ran = await runRecorded('release', ['v0.0.0', folder], []);
    expect(ran.code).toBe(1);
    expect(ran.output).toMatch(/The tag is v0\.0\.0, and package\.json says \d/);
  });
});
