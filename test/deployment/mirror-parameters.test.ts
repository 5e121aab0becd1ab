import { describe, expect, it } from 'vitest';
import { brokenRules, type Json, type Parameters, resolveTemplate } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { plainTemplate, REQUIRED_PARAMETERS } from './support/transformed-template.ts';

const tools = await deploymentTools();
const transformed = await plainTemplate(tools);

describe.skipIf(!tools)('the mirror in template.yaml (needs Python and pip)', () => {
  const resolved = (given: Parameters = {}) =>
    resolveTemplate(transformed, { ...REQUIRED_PARAMETERS, ...given });
  /** The resources that each role may touch by the statements about mirrors. */
  const permitted = (given: Parameters) =>
    Object.entries(resolved(given).Resources).flatMap(([role, { Properties }]) =>
      ((Properties['Policies'] ?? []) as readonly Json[])
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Sid }: Json) => String(Sid).endsWith('Mirror'))
        .map(({ Sid, Resource }: Json) => `${role} ${Sid} ${Resource}`),
    );

  it('is nowhere unless it is asked for', () => {
    expect(resolved().Resources).not.toHaveProperty('MirrorStack');
    expect(permitted({})).toEqual([]);
    expect(Object.keys(resolved().Outputs).filter((name) => name.startsWith('Mirror'))).toEqual([]);
  });

  it('is a nested stack when it is to be created, and the functions may touch its prefix alone', () => {
    const given = {
      CreateMirror: 'true',
      MirrorPrefix: 'tf',
      MirrorVpcEndpointIds: 'vpce-0123abcd',
      MirrorDistribution: 'true',
    };
    const { Resources, Outputs } = resolved(given);
    expect(Resources['MirrorStack']).toMatchObject({
      Type: 'AWS::CloudFormation::Stack',
      Properties: {
        TemplateURL: 'https://packages.s3.amazonaws.com/stacks/mirror.yaml',
        Parameters: { Prefix: 'tf', VpcEndpointIds: 'vpce-0123abcd', CreateDistribution: 'true' },
      },
    });
    const bucket = '<MirrorStack.Outputs.BucketArn>';
    expect(permitted(given)).toEqual([
      `CheckVersionRole ReadMirror ${bucket}/tf/*`,
      `CheckVersionRole ListMirror ${bucket}`,
      `DownloadAndUploadRole WriteMirror ${bucket}/tf/*`,
      `DownloadAndUploadRole ListMirror ${bucket}`,
      `CleanupOldVersionsRole CleanMirror ${bucket}/tf/*`,
      `CleanupOldVersionsRole ListMirror ${bucket}`,
    ]);
    expect(Outputs['MirrorLocation']?.Value).toBe('<MirrorStack.Outputs.Location>');
    expect(Outputs['MirrorUrl']?.Value).toBe('<MirrorStack.Outputs.VpcEndpointUrl>');
    expect(Outputs['MirrorDistributionUrl']?.Value).toBe('<MirrorStack.Outputs.DistributionUrl>');
  });

  it('has a catalogue written beside it when that is asked for, by what the functions know', () => {
    const given = { ExistingMirrorBucketName: 'our-mirror', MirrorPrefix: 'tf', MirrorCatalogue: 'true' };
    const { Resources, Outputs } = resolved({ ...given, TfcTokenSecretName: 'tfe/token' });
    expect(Resources['CatalogueStack']).toMatchObject({
      Type: 'AWS::CloudFormation::Stack',
      Properties: {
        Parameters: {
          Name: 'STACK',
          StateMachineArn: '<ProviderSyncStateMachine>',
          MirrorBucketName: 'our-mirror',
          MirrorPrefix: 'tf',
          TokenSecretId: 'tfe/token',
          LedgerTableName: '',
        },
      },
    });
    expect(Outputs['MirrorCatalogueLocation']?.Value).toBe('<CatalogueStack.Outputs.Location>');
    const made = resolved({ CreateMirror: 'true', MirrorCatalogue: 'true', CreateLedger: 'true' }).Resources;
    expect(made['MirrorStack']?.Properties['Parameters']).toMatchObject({ Catalogue: 'true' });
    expect(made['CatalogueStack']?.Properties['Parameters']).toMatchObject({
      MirrorBucketName: '<MirrorStack.Outputs.BucketName>',
      TokenSecretId: '<TokenSecret>',
      LedgerTableName: '<LedgerStack.Outputs.TableName>',
    });
    // Without a mirror there is nothing to lie beside.
    expect(resolved({ MirrorCatalogue: 'true' }).Resources).not.toHaveProperty('CatalogueStack');
    expect(resolved({ CreateMirror: 'true' }).Resources).not.toHaveProperty('CatalogueStack');
  });

  it('is a bucket of yours when one is named, and not both', () => {
    const given = { ExistingMirrorBucketName: 'our-mirror' };
    expect(resolved(given).Resources).not.toHaveProperty('MirrorStack');
    expect(permitted(given)).toContain(
      'DownloadAndUploadRole WriteMirror arn:PARTITION:s3:::our-mirror/mirror/*',
    );
    expect(brokenRules(transformed, { ...REQUIRED_PARAMETERS, ...given, CreateMirror: 'true' })).toEqual([
      'CreateMirror makes a bucket, so leave ExistingMirrorBucketName empty.',
    ]);
  });
});
