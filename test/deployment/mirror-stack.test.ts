import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse, type ScalarTag } from 'yaml';
import { mirrorBlock, PUBLIC_HOSTS } from '../../src/domain/catalogue/client-blocks.ts';
import { HEADER_POLICY } from '../../src/domain/catalogue/page-policy.ts';
import { brokenRules, type Parameters, resolveTemplate, type Template } from './support/cloudformation.ts';

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
  tag('Condition', 'Condition'),
  ...['If', 'Not', 'Equals', 'Split', 'Sub', 'Or', 'And'].map(ofList),
];

const template = parse(await readFile('stacks/mirror.yaml', 'utf8'), {
  customTags: TAGS as never,
}) as Template;

const ENDPOINTS = { VpcEndpointIds: 'vpce-0123abcd,vpce-4567cdef' };
const DISTRIBUTION = { CreateDistribution: 'true' };
const OWN_NAME = {
  ...DISTRIBUTION,
  DomainName: 'mirror.example.com',
  CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0b5c1cb0',
};

const resolved = (given: Parameters = {}) => resolveTemplate(template, given);
const policyOf = (given: Parameters) =>
  resolved(given).Resources['MirrorBucketPolicy']?.Properties['PolicyDocument'].Statement as readonly Record<
    string,
    unknown
  >[];
const outputOf = (given: Parameters, name: string) => resolved(given).Outputs[name]?.Value;

describe('stacks/mirror.yaml', () => {
  it('makes a bucket that readers without a signature can be let into, and nobody else', () => {
    const { Resources } = resolved();
    expect(Object.keys(Resources)).toEqual(['MirrorBucket', 'MirrorBucketPolicy']);
    expect(Resources['MirrorBucket']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [
            { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
            { NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
          ],
        },
      },
    });
    expect(policyOf({})).toEqual([expect.objectContaining({ Sid: 'OnlyOverTls', Effect: 'Deny' })]);
  });

  it('lets readers in through the endpoints that are named, and tells them what is missing', () => {
    const throughEndpoint = {
      StringEquals: { 'aws:SourceVpce': ['vpce-0123abcd', 'vpce-4567cdef'] },
    };
    expect(policyOf({ ...ENDPOINTS, Prefix: 'some/mirror' }).slice(1)).toMatchObject([
      {
        Action: 's3:GetObject',
        Principal: '*',
        Resource: '<MirrorBucket.Arn>/some/mirror/*',
        Condition: throughEndpoint,
      },
      {
        Action: 's3:ListBucket',
        Principal: '*',
        Resource: '<MirrorBucket.Arn>',
        Condition: throughEndpoint,
      },
    ]);
  });

  it('lets its own distribution in, which serves over https alone and caches as each object says', () => {
    const { Resources } = resolved(DISTRIBUTION);
    const own = {
      StringEquals: { 'aws:SourceArn': 'arn:PARTITION:cloudfront::ACCOUNT:distribution/<Distribution>' },
    };
    expect(policyOf(DISTRIBUTION).slice(1)).toMatchObject([
      { Action: 's3:GetObject', Resource: '<MirrorBucket.Arn>/mirror/*', Condition: own },
      { Action: 's3:ListBucket', Resource: '<MirrorBucket.Arn>', Condition: own },
    ]);
    expect(Resources['Distribution']?.Properties['DistributionConfig']).toMatchObject({
      Origins: [{ OriginPath: '/mirror', OriginAccessControlId: '<DistributionAccess.Id>' }],
      DefaultCacheBehavior: {
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: ['GET', 'HEAD'],
        CachePolicyId: '<CachePolicy>',
      },
      ViewerCertificate: { CloudFrontDefaultCertificate: true },
    });
    expect(Resources['Distribution']?.Properties['DistributionConfig'].CustomErrorResponses).toContainEqual(
      expect.objectContaining({ ErrorCode: 403, ResponseCode: 404 }),
    );
    expect(Resources['CachePolicy']?.Properties['CachePolicyConfig']).toMatchObject({
      MinTTL: 0,
      ParametersInCacheKeyAndForwardedToOrigin: { QueryStringsConfig: { QueryStringBehavior: 'none' } },
    });
  });

  it('tells the destination’s location and, of each way in, the URL with its slash and the block to paste', () => {
    expect(outputOf({}, 'Location')).toBe('s3://<MirrorBucket>/mirror');
    const endpoint = 'https://<MirrorBucket>.s3.REGION.URLSUFFIX/mirror/';
    expect(outputOf(ENDPOINTS, 'VpcEndpointUrl')).toBe(endpoint);
    expect(String(outputOf(ENDPOINTS, 'VpcEndpointClientBlock')).trim()).toBe(
      mirrorBlock(endpoint, PUBLIC_HOSTS),
    );
    expect(outputOf(DISTRIBUTION, 'DistributionUrl')).toBe('https://<Distribution.DomainName>/');
    expect(outputOf(OWN_NAME, 'DistributionUrl')).toBe('https://mirror.example.com/');
    expect(String(outputOf(OWN_NAME, 'DistributionClientBlock')).trim()).toBe(
      mirrorBlock('https://mirror.example.com/', PUBLIC_HOSTS),
    );
    expect(Object.keys(resolved().Outputs)).toEqual(['BucketName', 'BucketArn', 'Location']);
  });

  it('serves a catalogue to the mirror’s own readers, with what a browser holds it to', () => {
    const given = { ...DISTRIBUTION, Catalogue: 'true' };
    const { Resources } = resolved(given);
    expect(Resources['Distribution']?.Properties['DistributionConfig'].CacheBehaviors).toMatchObject([
      {
        PathPattern: 'catalogue/*',
        TargetOriginId: 'mirror',
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: ['GET', 'HEAD'],
        Compress: true,
        CachePolicyId: '<CatalogueCachePolicy>',
        ResponseHeadersPolicyId: '<CatalogueHeaders>',
      },
    ]);
    const headers = Resources['CatalogueHeaders']?.Properties['ResponseHeadersPolicyConfig'];
    expect(headers.SecurityHeadersConfig).toMatchObject({
      ContentSecurityPolicy: { ContentSecurityPolicy: HEADER_POLICY, Override: true },
      ContentTypeOptions: { Override: true },
    });
    expect(policyOf(given)).toEqual(policyOf(DISTRIBUTION));
    expect(outputOf(given, 'DistributionCatalogueUrl')).toBe(
      'https://<Distribution.DomainName>/catalogue/index.html',
    );
    expect(outputOf({ ...ENDPOINTS, Catalogue: 'true' }, 'VpcEndpointCatalogueUrl')).toBe(
      'https://<MirrorBucket>.s3.REGION.URLSUFFIX/mirror/catalogue/index.html',
    );
  });

  it('knows nothing of a catalogue unless it is told to', () => {
    const { Resources, Outputs } = resolved({ ...DISTRIBUTION, ...ENDPOINTS });
    expect(Resources['Distribution']?.Properties['DistributionConfig']).not.toHaveProperty('CacheBehaviors');
    expect(
      [...Object.keys(Resources), ...Object.keys(Outputs)].filter((name) => /Catalogue/.test(name)),
    ).toEqual([]);
  });

  it('asks for name and certificate together', () => {
    expect(brokenRules(template, OWN_NAME)).toEqual([]);
    expect(brokenRules(template, { DomainName: 'mirror.example.com' })).toEqual([
      'DomainName is given, so give CertificateArn too.',
    ]);
    expect(brokenRules(template, { CertificateArn: OWN_NAME.CertificateArn })).toEqual([
      'CertificateArn is given, so give DomainName too.',
    ]);
  });
});
