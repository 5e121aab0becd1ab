import { describe, expect, it } from 'vitest';
import { brokenRules, type Json, type Parameters, resolveTemplate } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { plainTemplate, REQUIRED_PARAMETERS } from './support/transformed-template.ts';

const tools = await deploymentTools();
const transformed = await plainTemplate(tools);

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/abc';

describe.skipIf(!tools)('the ledger in template.yaml (needs Python and pip)', () => {
  const resolved = (given: Parameters = {}) =>
    resolveTemplate(transformed, { ...REQUIRED_PARAMETERS, ...given });
  /** What each role may do by the statements about the ledger. */
  const permitted = (given: Parameters) =>
    Object.entries(resolved(given).Resources).flatMap(([role, { Properties }]) =>
      ((Properties['Policies'] ?? []) as readonly Json[])
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Sid }: Json) => /Ledger|Facts|Heads/.test(Sid))
        .map(({ Sid, Action, Resource }: Json) => `${role} ${Sid} ${Action} ${Resource}`),
    );
  const tables = (given: Parameters) =>
    Object.entries(resolved(given).Resources).flatMap(([name, { Properties }]) => {
      const table = Properties['Environment']?.Variables?.LEDGER_TABLE;
      return table === undefined ? [] : [`${name} ${table}`];
    });

  it('is nowhere unless it is asked for', () => {
    expect(resolved().Resources).not.toHaveProperty('LedgerStack');
    expect(permitted({})).toEqual([]);
    expect(tables({})).toEqual([]);
    expect(resolved().Outputs).not.toHaveProperty('LedgerLocation');
  });

  it('is a nested stack when it is to be created, which the functions may read and append to', () => {
    const given = { CreateLedger: 'true', LedgerEnvironment: 'dev', LedgerThrowAway: 'true' };
    const { Resources, Outputs } = resolved(given);
    expect(Resources['LedgerStack']).toMatchObject({
      Type: 'AWS::CloudFormation::Stack',
      Properties: {
        TemplateURL: 'https://packages.s3.amazonaws.com/stacks/ledger.yaml',
        Parameters: { Name: 'STACK-ledger', Environment: 'dev', ThrowAway: 'true' },
      },
    });
    const table = '<LedgerStack.Outputs.TableArn>';
    const mayAppend = (role: string) => [
      `${role} AppendToLedger dynamodb:PutItem,dynamodb:Query ${table},${table}/index/*`,
      `${role} UseLedgerKey kms:Decrypt,kms:Encrypt,kms:GenerateDataKey,kms:DescribeKey <LedgerStack.Outputs.TableKeyArn>`,
    ];
    const mayPublish = (role: string) => [
      `${role} PublishFacts sns:Publish <LedgerStack.Outputs.TopicArn>`,
      `${role} EncryptFacts kms:Decrypt,kms:GenerateDataKey <LedgerStack.Outputs.TransportKeyArn>`,
      `${role} PutFactsBy s3:PutObject arn:PARTITION:s3:::<ConfigBucket>/config.json.STACK.facts/*`,
    ];
    const heads = '<LedgerStack.Outputs.HeadsBucketName>';
    expect(permitted(given)).toEqual([
      ...['CheckVersionRole', 'DownloadAndUploadRole', 'CleanupOldVersionsRole'].flatMap((role) => [
        ...mayAppend(role),
        ...mayPublish(role),
      ]),
      ...mayAppend('KeepLedgerRole'),
      `KeepLedgerRole KeepHeads s3:GetObject,s3:PutObject arn:PARTITION:s3:::${heads}/heads/STACK.json`,
      `KeepLedgerRole FindHeads s3:ListBucket arn:PARTITION:s3:::${heads}`,
      'KeepLedgerScheduleRole KeepLedger lambda:InvokeFunction <KeepLedgerFunctionAliaslive>',
    ]);
    const name = '<LedgerStack.Outputs.TableName>';
    expect(tables(given)).toEqual([
      `CheckVersionFunction ${name}`,
      `DownloadAndUploadFunction ${name}`,
      `CleanupOldVersionsFunction ${name}`,
      `KeepLedgerFunction ${name}`,
    ]);
    expect(Outputs['LedgerLocation']?.Value).toBe(`dynamodb://${name}`);
  });

  it('is a table of yours when one is named, with its key when it has one', () => {
    const given = { ExistingLedgerTableName: 'our-ledger' };
    const table = 'arn:PARTITION:dynamodb:REGION:ACCOUNT:table/our-ledger';
    expect(resolved(given).Resources).not.toHaveProperty('LedgerStack');
    expect(permitted(given)).toContain(
      `CheckVersionRole AppendToLedger dynamodb:PutItem,dynamodb:Query ${table},${table}/index/*`,
    );
    expect(permitted(given).filter((each) => /Key |Encrypt|Publish/.test(each))).toEqual([]);
    expect(
      permitted({ ...given, ExistingLedgerKeyArn: KEY }).filter((each) => each.endsWith(KEY)),
    ).toHaveLength(4);
    expect(tables(given)).toContain('CheckVersionFunction our-ledger');
    expect(resolved(given).Outputs['LedgerLocation']?.Value).toBe('dynamodb://our-ledger');
  });

  it.each([
    ['locked for a year', {}, true],
    ['not locked where the ledger is to throw away', { LedgerThrowAway: 'true' }, false],
  ])('keeps the heads of a table of yours in a bucket of its own, %s', (_said, more, locked) => {
    const given = { ExistingLedgerTableName: 'our-ledger', ...more };
    const { Resources, Outputs } = resolved(given);
    const bucket = Resources['HeadsBucket'];
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { VersioningConfiguration: { Status: 'Enabled' } },
    });
    expect(bucket?.Properties['ObjectLockConfiguration']).toEqual(
      locked
        ? {
            ObjectLockEnabled: 'Enabled',
            Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } },
          }
        : undefined,
    );
    expect(permitted(given).filter((each) => each.includes('Heads'))).toEqual([
      'KeepLedgerRole KeepHeads s3:GetObject,s3:PutObject arn:PARTITION:s3:::<HeadsBucket>/heads/STACK.json',
      'KeepLedgerRole FindHeads s3:ListBucket arn:PARTITION:s3:::<HeadsBucket>',
    ]);
    expect(Resources['KeepLedgerFunction']?.Properties['Environment'].Variables).toMatchObject({
      HEADS_BUCKET: '<HeadsBucket>',
      HEADS_KEY: 'heads/STACK.json',
    });
    expect(Outputs['LedgerHeadsLocation']?.Value).toBe('s3://<HeadsBucket>/heads/STACK.json');
    // The ledger that is made with the stack has its own.
    expect(resolved({ CreateLedger: 'true' }).Resources).not.toHaveProperty('HeadsBucket');
  });

  it.each([
    [
      { CreateLedger: 'true', ExistingLedgerTableName: 'our-ledger' },
      'CreateLedger makes a table, so leave ExistingLedgerTableName empty.',
    ],
    [{ ExistingLedgerKeyArn: KEY }, 'ExistingLedgerKeyArn is given, so give ExistingLedgerTableName too.'],
  ])('refuses %j', (given, said) => {
    expect(brokenRules(transformed, { ...REQUIRED_PARAMETERS, ...given })).toEqual([said]);
  });
});
