import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse, type ScalarTag } from 'yaml';
import { type Json, type Parameters, resolveTemplate, type Template } from './support/cloudformation.ts';

const tag = (name: string, key: string): ScalarTag => ({
  tag: `!${name}`,
  resolve: (text) => ({ [key]: text }),
});
const ofList = (name: string) => ({
  tag: `!${name}`,
  collection: 'seq' as const,
  resolve: (list: { toJSON(): unknown }) => ({ [`Fn::${name}`]: list.toJSON() }),
});
const TAGS = [
  tag('Ref', 'Ref'),
  tag('Sub', 'Fn::Sub'),
  tag('GetAtt', 'Fn::GetAtt'),
  ...['If', 'Not', 'Equals', 'Split', 'Select', 'Sub'].map(ofList),
];

const template = parse(await readFile('stacks/catalogue.yaml', 'utf8'), {
  customTags: TAGS as never,
}) as Template;

const GIVEN: Parameters = {
  StateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:acme-provider-sync',
  ConfigBucketName: 'our-configs',
  MirrorBucketName: 'our-mirror',
  MirrorPrefix: 'providers',
  TfcOrganization: 'acme',
  TokenSecretId: 'tfe/token',
};
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0b5c1cb0';

const resolved = (more: Parameters = {}) => resolveTemplate(template, { ...GIVEN, ...more });
const statements = (more: Parameters = {}): readonly Json[] =>
  resolved(more).Resources['WriteCatalogueRole']?.Properties['Policies'][0].PolicyDocument.Statement;
const statement = (sid: string, more: Parameters = {}) => statements(more).find(({ Sid }) => Sid === sid);

describe('stacks/catalogue.yaml', () => {
  it('follows every execution of the one state machine, however it ended', () => {
    const { EventPattern, Targets } = resolved().Resources['SyncEndedRule']?.Properties ?? {};
    expect(EventPattern).toMatchObject({
      source: ['aws.states'],
      detail: {
        stateMachineArn: [GIVEN['StateMachineArn']],
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    });
    expect(Targets).toMatchObject([{ DeadLetterConfig: { Arn: '<FailedWritingsQueue.Arn>' } }]);
  });

  it('follows those that bring bottles too, and reads what clients of theirs are shown, where they are named', () => {
    const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:acme-bottles';
    const more = { BottlesBucketName: 'our-bottles', BottlesStateMachineArn: machine };
    expect(
      resolved(more).Resources['SyncEndedRule']?.Properties['EventPattern'].detail.stateMachineArn,
    ).toEqual([GIVEN['StateMachineArn'], machine]);
    expect(statement('ReadBottles', more)).toMatchObject({
      Action: 's3:GetObject',
      Resource: [
        'arn:PARTITION:s3:::our-bottles/brew/publication.json',
        'arn:PARTITION:s3:::our-bottles/brew/snapshots/*',
      ],
    });
    const { Variables } = resolved(more).Resources['WriteCatalogueFunction']?.Properties['Environment'] ?? {};
    expect(Variables).toMatchObject({
      BOTTLES_BUCKET: 'our-bottles',
      BOTTLES_PREFIX: 'brew',
      BOTTLES_STATE_MACHINE_ARN: machine,
    });
    expect(statement('ReadBottles')).toBeUndefined();
    expect(statement('ListBottles')).toBeUndefined();
  });

  it('lets the function look at the history of the syncs that it follows, and of nothing else', () => {
    expect(statement('LookAtFailedSyncs')).toMatchObject({
      Action: 'states:GetExecutionHistory',
      Resource: 'arn:PARTITION:states:REGION:ACCOUNT:execution:acme-provider-sync:*',
    });
  });

  it('lets the function write below the catalogue’s folder alone, and read what it tells of', () => {
    expect(statement('WriteCatalogue')).toMatchObject({
      Action: ['s3:PutObject', 's3:DeleteObject'],
      Resource: 'arn:PARTITION:s3:::our-mirror/providers/catalogue/*',
    });
    expect(statement('ReadMirror')).toMatchObject({ Action: 's3:GetObject' });
    const writes = statements({ LedgerTableName: 'our-ledger', LedgerKeyArn: KEY, KmsKeyArn: KEY })
      .flatMap(({ Sid, Action }) => [Action].flat().map((action: string) => `${Sid} ${action}`))
      .filter((text) => /:(?:Put|Delete|Send|Create|Update|Encrypt|Generate)/.test(text))
      .filter((text) => !/^Write(?:Logs|Traces) /.test(text));
    expect(writes).toEqual([
      'WriteCatalogue s3:PutObject',
      'WriteCatalogue s3:DeleteObject',
      'AppendToLedger dynamodb:PutItem',
      'UseLedgerKey kms:Encrypt',
      'UseLedgerKey kms:GenerateDataKey',
      'KeepFailedWritings sqs:SendMessage',
    ]);
  });

  it.each([
    ['tfe/token', 'arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:tfe/token-??????'],
    [
      'arn:aws:secretsmanager:eu-central-1:123456789012:secret:Token-a1b2c3',
      'arn:aws:secretsmanager:eu-central-1:123456789012:secret:Token-a1b2c3',
    ],
  ])('reads the token of %s', (TokenSecretId, resource) => {
    expect(statement('ReadToken', { TokenSecretId })).toMatchObject({ Resource: resource });
  });

  it('asks a ledger, and appends how runs ended, where there is one', () => {
    expect(statement('AppendToLedger')).toBeUndefined();
    expect(statement('AppendToLedger', { LedgerTableName: 'our-ledger' })).toMatchObject({
      Action: ['dynamodb:PutItem', 'dynamodb:Query'],
    });
    expect(statement('UseLedgerKey')).toBeUndefined();
    expect(statement('UseLedgerKey', { LedgerKeyArn: KEY })).toMatchObject({ Resource: KEY });
  });

  it('limits its role by a boundary where there is one', () => {
    const PermissionsBoundaryArn = 'arn:aws:iam::123456789012:policy/limits';
    expect(resolved({ PermissionsBoundaryArn }).Resources['WriteCatalogueRole']?.Properties).toMatchObject({
      PermissionsBoundary: PermissionsBoundaryArn,
    });
  });
});
