import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMENT_MARKER, renderPlans } from '../../delivery/change-set/comment.ts';
import { planOf } from '../../delivery/change-set/plan.ts';
import { sharedVectors } from '../support/shared-vectors.ts';
import { change, NO_OUTPUTS, planWith, treeOf } from './support/change-set-samples.ts';

const DETAILS = 'The whole plan is in the artifact of this run.';

const render = (...changes: readonly object[]) => renderPlans([planWith(changes)], DETAILS).comment;

/** The lines about resources, without title and counts. */
const linesOf = (comment: string) => comment.split('\n').filter((line) => line.startsWith('- '));

describe('the plan comment', () => {
  it.each<readonly [string, object, string]>([
    [
      'what is added',
      change('Add', 'Alarm', 'AWS::CloudWatch::Alarm'),
      '- added `Alarm` `AWS::CloudWatch::Alarm`',
    ],
    [
      'what changes, with every property once',
      change('Modify', 'Queue', 'AWS::SQS::Queue', {
        replacement: 'False',
        targets: [
          { Attribute: 'Properties', Name: 'MessageRetentionPeriod' },
          { Attribute: 'Properties', Name: 'MessageRetentionPeriod' },
          { Attribute: 'Tags' },
        ],
      }),
      '- changed `Queue` `AWS::SQS::Queue`: `MessageRetentionPeriod`, `Tags`',
    ],
    [
      'a path where there is one',
      change('Modify', 'Check', 'AWS::Lambda::Function', {
        replacement: 'False',
        targets: [
          { Attribute: 'Properties', Name: 'Environment', Path: '/Properties/Environment/Variables/A' },
        ],
      }),
      '- changed `Check` `AWS::Lambda::Function`: `/Properties/Environment/Variables/A`',
    ],
    [
      'what is replaced, and that its data go',
      change('Modify', 'Table', 'AWS::DynamoDB::Table', {
        replacement: 'True',
        policy: 'ReplaceAndDelete',
        targets: [{ Attribute: 'Properties', Name: 'KeySchema' }],
      }),
      '- **REPLACED** `Table` `AWS::DynamoDB::Table`: the old one is **deleted**; `KeySchema`',
    ],
    [
      'what is replaced and kept',
      change('Modify', 'Bucket', 'AWS::S3::Bucket', { replacement: 'True', policy: 'ReplaceAndRetain' }),
      '- **REPLACED** `Bucket` `AWS::S3::Bucket`: the old one is kept',
    ],
    [
      'what may be replaced',
      change('Modify', 'Queue', 'AWS::SQS::Queue', { replacement: 'Conditional' }),
      '- **MAYBE REPLACED** `Queue` `AWS::SQS::Queue`: the old one is **deleted**',
    ],
    [
      'what is removed',
      change('Remove', 'Secret', 'AWS::SecretsManager::Secret', { policy: 'Delete' }),
      '- **REMOVED** `Secret` `AWS::SecretsManager::Secret`: the old one is **deleted**',
    ],
    [
      'what is removed without a policy',
      change('Remove', 'Secret', 'AWS::SecretsManager::Secret'),
      '- **REMOVED** `Secret` `AWS::SecretsManager::Secret`: the old one is **deleted**',
    ],
    [
      'a snapshot',
      change('Remove', 'Base', 'AWS::RDS::DBInstance', { policy: 'Snapshot' }),
      '- **REMOVED** `Base` `AWS::RDS::DBInstance`: a snapshot of the old one is kept',
    ],
    ['a role', change('Add', 'NewRole', 'AWS::IAM::Role'), '- added **IAM** `NewRole` `AWS::IAM::Role`'],
    [
      'a resource policy',
      change('Modify', 'Policy', 'AWS::S3::BucketPolicy', { replacement: 'False' }),
      '- changed **IAM** `Policy` `AWS::S3::BucketPolicy`',
    ],
    [
      'who a function runs as',
      change('Modify', 'Check', 'AWS::Lambda::Function', {
        replacement: 'False',
        targets: [{ Attribute: 'Properties', Name: 'Role' }],
      }),
      '- changed **IAM** `Check` `AWS::Lambda::Function`: `Role`',
    ],
    [
      'the same as a path',
      change('Modify', 'Machine', 'AWS::StepFunctions::StateMachine', {
        replacement: 'False',
        targets: [{ Attribute: 'Properties', Name: 'RoleArn', Path: '/Properties/RoleArn' }],
      }),
      '- changed **IAM** `Machine` `AWS::StepFunctions::StateMachine`: `/Properties/RoleArn`',
    ],
    [
      'what is decided later',
      change('Dynamic', 'Dashboard', 'AWS::CloudWatch::Dashboard'),
      '- decided while deploying `Dashboard` `AWS::CloudWatch::Dashboard`',
    ],
  ])('shows %s', (_name, each, expected) => {
    expect(linesOf(render(each))).toEqual([expected]);
  });

  it('puts what a reviewer must not miss first, and counts it', () => {
    const comment = render(
      change('Add', 'A', 'AWS::SQS::Queue'),
      change('Remove', 'B', 'AWS::SQS::Queue'),
      change('Modify', 'C', 'AWS::SQS::Queue', { replacement: 'False' }),
      change('Add', 'D', 'AWS::IAM::Role'),
    );
    expect(comment).toContain('1 **REMOVED** · 1 **IAM** · 1 changed · 2 added');
    expect(linesOf(comment).map((line) => line.match(/`(\w)`/)?.[1])).toEqual(['B', 'D', 'C', 'A']);
  });

  it('tells of new versions in one line, because every release has them', () => {
    const comment = render(
      change('Add', 'CheckVersionFunctionVersion98be060fd8', 'AWS::Lambda::Version'),
      change('Remove', 'CheckVersionFunctionVersionaaaaaaaaaa', 'AWS::Lambda::Version', { policy: 'Retain' }),
      change('Modify', 'CheckVersionFunctionAliaslive', 'AWS::Lambda::Alias', {
        replacement: 'False',
        targets: [{ Attribute: 'Properties', Name: 'FunctionVersion' }],
      }),
    );
    expect(linesOf(comment)).toEqual([]);
    expect(comment).toContain('Nothing but new versions.');
    expect(comment).toContain('New versions, shifted to by alias: `CheckVersionFunction`');
  });

  it('shows a version that goes for good', () => {
    const removed = change('Remove', 'CheckVersionFunctionVersion1', 'AWS::Lambda::Version', {
      policy: 'Delete',
    });
    expect(linesOf(render(removed))).toHaveLength(1);
  });

  it('shows outputs by name', () => {
    const outputs = { added: ['New'], changed: ['Other'], removed: ['Old'] };
    const { comment } = renderPlans([planWith([], outputs)], DETAILS);
    expect(linesOf(comment)).toEqual(['- **REMOVED** `Old`', '- changed `Other`', '- added `New`']);
  });

  it('shows the changes of nested stacks instead of the nested stack', () => {
    const child = treeOf([
      { Status: 'CREATE_COMPLETE', Changes: [change('Add', 'MirrorBucket', 'AWS::S3::Bucket')] },
    ]);
    const root = treeOf(
      [
        {
          StackName: 'provider-sync-prod',
          Status: 'CREATE_COMPLETE',
          Changes: [
            change('Modify', 'Mirror', 'AWS::CloudFormation::Stack', {
              changeSet: 'child',
              replacement: 'False',
            }),
            change('Modify', 'Idle', 'AWS::CloudFormation::Stack', {
              changeSet: 'idle',
              replacement: 'False',
            }),
          ],
        },
      ],
      new Map([
        ['child', child],
        ['idle', treeOf([{ Status: 'CREATE_COMPLETE', Changes: [] }])],
      ]),
    );
    const { comment } = renderPlans([planOf(root, NO_OUTPUTS)], DETAILS);
    expect(linesOf(comment)).toEqual(['- added `Mirror/MirrorBucket` `AWS::S3::Bucket`']);
  });

  it.each([
    ["The submitted information didn't contain changes. Submit different information.", 'No changes.'],
    ['No updates are to be performed.', 'No changes.'],
    ['Parameter TfcOrganization must have values', '**FAILED**'],
  ])('says of a failed change set with "%s": %s', (StatusReason, expected) => {
    const plan = planOf(treeOf([{ Status: 'FAILED', StatusReason }]), NO_OUTPUTS);
    const { comment } = renderPlans([plan], DETAILS);
    expect(comment).toContain(expected);
    expect(comment).not.toContain('must have values');
  });

  it('shows what a stack that does not exist will hold', () => {
    const types = new Map([['AWS::SQS::Queue', 2]]);
    const { comment } = renderPlans([{ kind: 'created', stackName: 'provider-sync-prod', types }], DETAILS);
    expect(comment).toContain('**will be created**');
    expect(linesOf(comment)).toEqual(['- 2 × `AWS::SQS::Queue`']);
  });

  it('fits into a comment, says what does not, and keeps all of it elsewhere', () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      change('Add', `Alarm${index}`, 'AWS::CloudWatch::Alarm'),
    );
    const removed = change('Remove', 'Token', 'AWS::SecretsManager::Secret');
    const { comment, full } = renderPlans([planWith([...many, removed]), planWith(many)], DETAILS);
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536);
    expect(comment.startsWith(COMMENT_MARKER)).toBe(true);
    const left = Number(/\*\*(\d+) lines do not fit into a comment\.\*\*/.exec(comment)?.[1]);
    expect(left).toBeGreaterThan(1_000);
    expect(comment).toContain(DETAILS);
    expect(linesOf(comment)[0]).toContain('`Token`');
    expect(comment.match(/## Plan for/g)).toHaveLength(2);
    expect(linesOf(full)).toHaveLength(6_001);
  });

  it('lets no name out of its code span, whatever it is made of', () => {
    const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    const hostile = fc.constantFrom(
      '`',
      '<!-- x -->',
      '@octo-org/everyone',
      '| a |',
      '\n## x',
      '</details>',
      '![x](y)',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(names, hostile), { minLength: 1, maxLength: 6 }), (parts) => {
        const [line = '', ...others] = linesOf(render(change('Add', parts.join(''), 'AWS::SQS::Queue')));
        expect(others).toEqual([]);
        const [before, name = '', between, type, after] = line.split('`');
        expect([before, between, type, after]).toEqual(['- added ', ' ', 'AWS::SQS::Queue', '']);
        expect(name).not.toMatch(/[<>|\p{Cc}]/u);
      }),
    );
  });
});

const vectors = sharedVectors('delivery');
const read = (name: string) => JSON.parse(readFileSync(path.join(vectors ?? '', name), 'utf8'));
const comment = (...names: readonly string[]) =>
  renderPlans([planOf(treeOf(names.map(read)), NO_OUTPUTS)], DETAILS).comment;

describe.skipIf(vectors === undefined)('recorded change sets (need ../shared/vectors/delivery)', () => {
  it.each<readonly [string, readonly string[]]>([
    [
      'doc-added-and-removed.json',
      [
        '- **REMOVED** `MyEC2Instance` `AWS::EC2::Instance`: the old one is **deleted**',
        '- added `AutoScalingGroup` `AWS::AutoScaling::AutoScalingGroup`',
        '- added `LaunchConfig` `AWS::AutoScaling::LaunchConfiguration`',
      ],
    ],
    ['doc-parameter-changed.json', ['- changed `MyEC2Instance` `AWS::EC2::Instance`: `Tags`']],
    [
      'doc-property-values.json',
      [
        '- changed `MyEC2Instance` `AWS::EC2::Instance`: `/Properties/Tags/0/Value`, `/Properties/Tags/0/Key`',
      ],
    ],
    [
      'made-iam.json',
      [
        '- changed **IAM** `ReadConfigRole` `AWS::IAM::Role`: `/Properties/Policies/0/PolicyDocument`',
        '- changed **IAM** `ConfigBucketPolicy` `AWS::S3::BucketPolicy`: `PolicyDocument`',
        '- added **IAM** `CodeDeployServiceRole` `AWS::IAM::Role`',
        '- added **IAM** `InvokePermission` `AWS::Lambda::Permission`',
      ],
    ],
    [
      'made-replacement-conditional.json',
      [
        '- **REPLACED** `ConfigBucket` `AWS::S3::Bucket`: the old one is kept; `/Properties/BucketName`',
        '- **REMOVED** `TokenSecret` `AWS::SecretsManager::Secret`: the old one is **deleted**',
        '- decided while deploying `Dashboard` `AWS::CloudWatch::Dashboard`',
      ],
    ],
    ['made-no-changes.json', []],
  ])('%s', (name, expected) => {
    expect(linesOf(comment(name)).toSorted()).toEqual([...expected].toSorted());
  });

  it('reads every one of them', () => {
    const files = readdirSync(vectors ?? '').filter((name) => /^(doc|made)-.*\.json$/.test(name));
    expect(files.length).toBeGreaterThan(10);
    for (const name of files) expect(comment(name)).toContain('## Plan for');
  });

  it('reads both pages', () => {
    expect(linesOf(comment('made-page-1.json', 'made-page-2.json'))).toHaveLength(4);
  });

  it('goes into the nested stack', () => {
    const root = read('made-nested-root.json');
    const child = read('made-nested-child.json');
    const plan = planOf(treeOf([root], new Map([[child.ChangeSetId, treeOf([child])]])), NO_OUTPUTS);
    expect(linesOf(renderPlans([plan], DETAILS).comment)).toEqual([
      '- added `Mirror/MirrorBucket` `AWS::S3::Bucket`',
    ]);
  });

  it('shows no secret and no value', () => {
    const text = comment('made-secret.json');
    expect(text).toContain('/Properties/Environment/Variables/LEGACY_TOKEN');
    expect(text).not.toMatch(/canary|octo-org|\*{4}/);
    expect(comment('doc-property-values.json')).not.toContain('testing');
  });

  it('lets no value write Markdown', () => {
    const text = comment('made-markdown-injection.json');
    expect(text.match(/<!--/g)).toHaveLength(1);
    expect(text).not.toMatch(/@octo-org|<\/details>|<b>|example\.invalid/);
  });
});
