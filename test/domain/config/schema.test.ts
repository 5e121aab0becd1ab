import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { configJsonSchema } from '../../../src/domain/config/schema.ts';
import vectors from '../provider/constraint-vectors.json' with { type: 'json' };
import { AWS, designArray, designSingle } from './configs.ts';

const published: object = JSON.parse(
  readFileSync(new URL('../../../schema/config.schema.json', import.meta.url), 'utf8'),
);

const validate = new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(published);

const isAccepted = (config: unknown): boolean => {
  try {
    parseConfig(JSON.stringify(config));
    return true;
  } catch {
    return false;
  }
};

const MIRROR = { name: 'mirror', kind: 'network-mirror', location: 's3://acme-providers/mirror' };

const withDestination = (destination: object, keys: object = {}) => ({
  destinations: [destination],
  providers: [{ ...AWS, ...keys }],
});

describe('schema/config.schema.json', () => {
  it('is what the definition makes (npm run schema writes it)', () => {
    expect(published).toEqual(configJsonSchema());
  });

  it('describes every key for editors', () => {
    const text = JSON.stringify(published);
    expect(text).toContain('"title":"Terraform provider synchronizer: config.json"');
    const [single] = (published as { anyOf: [{ properties: Record<string, { description?: string }> }] })
      .anyOf;
    const silent = Object.entries(single.properties).filter(([, { description }]) => !description);
    expect(silent).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['the array of the design document', JSON.parse(designArray)],
    ['the single object of the design document', JSON.parse(designSingle)],
    ['a single object that names its schema', { $schema: './config.schema.json', ...AWS }],
    ['upper case in names', { ...AWS, provider: 'AWS', namespace: 'HashiCorp' }],
    ['another hostname', { ...AWS, hostname: 'registry.example.com:8443' }],
    ['a fingerprint in lower case', { ...AWS, 'gpg-key-id': 'c874011f0ab405110d02105534365d9472d7468f' }],
    ['retained versions', { ...AWS, retain: ['5.31.0', '~> 4.67.0'] }],
    ['no retained versions', { ...AWS, retain: [] }],
    ['several hostnames', { providers: [{ ...AWS, hostname: ['a.com', 'b.com'] }], destinations: [MIRROR] }],
    ['one hostname in an array', [{ ...AWS, hostname: ['registry.opentofu.org'] }]],
    ['other version names', { ...AWS, 'allow-other-version-names': true }],
    [
      'a policy',
      {
        policy: {
          'minimum-age': '7d',
          'minimum-age-exempt': ['hashicorp/random', 'acme/*', 'registry.opentofu.org/*/*'],
          'require-approval': 'major',
          recalled: [
            { provider: 'hashicorp/aws', versions: '6.57.0', reason: 'withdrawn upstream', delete: true },
          ],
          'allowed-hostnames': ['registry.terraform.io'],
          'allowed-namespaces': ['hashicorp', 'integrations'],
        },
        providers: [{ ...AWS, policy: { 'minimum-age': '0d' } }],
      },
    ],
    [
      'bottles alone',
      {
        bottles: {
          formulae: ['jq', 'openssl@3', 'git'],
          dependencies: true,
          tags: ['arm64_tahoe', 'arm64_sequoia', 'x86_64_linux', 'arm64_linux'],
          destination: 's3://acme-homebrew/',
          'api-generations': ['internal', 'formula'],
          'keep-snapshots': 30,
          'size-threshold': '1GB',
          'minimum-age': '3d',
        },
      },
    ],
    [
      'bottles beside providers',
      { providers: [AWS], bottles: { formulae: ['jq'], tags: ['tahoe'], destination: './homebrew' } },
    ],
    ['providers without destinations', { $schema: './config.schema.json', providers: [AWS] }],
    [
      'every kind of destination',
      {
        destinations: [
          { name: 'hcp', kind: 'private-registry' },
          {
            name: 'tfe',
            kind: 'private-registry',
            organization: 'my_org',
            address: 'https://tfe.example.com',
            'token-variable': 'TFE_TOKEN',
            'token-secret': 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:tfe-AbCdEf',
          },
          MIRROR,
          { name: 'laptop', kind: 'network-mirror', location: './mirror', catalogue: true },
          { name: 'windows', kind: 'network-mirror', location: 'C:\\mirror' },
          {
            name: 'oci',
            kind: 'oci-mirror',
            repository: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/tofu/${hostname}/${namespace}/${type}',
          },
        ],
        providers: [
          { ...AWS, destinations: ['hcp', 'oci'] },
          { ...AWS, version: '1.0.0' },
        ],
      },
    ],
    ...vectors.selected.map(({ constraint }): [string, unknown] => [
      `version ${JSON.stringify(constraint)}`,
      { ...AWS, version: constraint },
    ]),
  ])('accepts %s, as the parser does', (_, config) => {
    expect(isAccepted(config)).toBe(true);
    validate(config);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['an empty array', []],
    ['a text', 'aws'],
    ['a missing key', { provider: 'aws', platforms: AWS.platforms }],
    ['an unknown key', { ...AWS, versoin: '1' }],
    ['$schema inside an array', [{ $schema: 'x', ...AWS }]],
    ['an unknown operating system', { ...AWS, platforms: [{ os: 'macos', arch: 'arm64' }] }],
    ['an unknown architecture', { ...AWS, platforms: [{ os: 'linux', arch: 'x86_64' }] }],
    ['no platforms', { ...AWS, platforms: [] }],
    ['a platform twice', { ...AWS, platforms: [...AWS.platforms, ...AWS.platforms] }],
    ['a short key id', { ...AWS, 'gpg-key-id': '72D7468F' }],
    ['an underscore in a name', { ...AWS, provider: 'a_b' }],
    ['a repository as the provider', { ...AWS, provider: 'terraform-provider-aws' }],
    ['a URL as the hostname', { ...AWS, hostname: 'https://registry.opentofu.org' }],
    ['a name of 65 characters', { ...AWS, namespace: 'a'.repeat(65) }],
    ['latest with a capital', { ...AWS, version: 'Latest' }],
    ['latest among retained versions', { ...AWS, retain: ['latest'] }],
    ['an age without a unit', { policy: { 'minimum-age': '7' }, providers: [AWS] }],
    ['an unknown rule of approval', { policy: { 'require-approval': 'always' }, providers: [AWS] }],
    ['an exemption that is no pattern', { policy: { 'minimum-age-exempt': ['acme'] }, providers: [AWS] }],
    [
      'a recall without a reason',
      { policy: { recalled: [{ provider: 'hashicorp/aws', versions: '6.57.0' }] }, providers: [AWS] },
    ],
    ['no allowed hostnames', { ...AWS, policy: { 'allowed-hostnames': [] } }],
    ['bottles without a tag', { bottles: { formulae: ['jq'], tags: [], destination: './homebrew' } }],
    ['bottles for every system', { bottles: { formulae: ['jq'], tags: ['all'], destination: './homebrew' } }],
    [
      'a size without a unit',
      { bottles: { formulae: ['jq'], tags: ['tahoe'], destination: './homebrew', 'size-threshold': '1' } },
    ],
    ['no hostnames', { ...AWS, hostname: [] }],
    ['a hostname twice', { ...AWS, hostname: ['a.com', 'a.com'] }],
    ['no destinations', { destinations: [], providers: [AWS] }],
    ['destinations without providers', { destinations: [MIRROR] }],
    ['an unknown key of the document', { destinations: [MIRROR], providers: [AWS], extra: 1 }],
    ['an unknown kind', withDestination({ ...MIRROR, kind: 's3' })],
    ['a mirror without a location', withDestination({ name: 'm', kind: 'network-mirror' })],
    ['a key of another kind', withDestination({ ...MIRROR, organization: 'acme' })],
    ['a capital in a name', withDestination({ ...MIRROR, name: 'Mirror' })],
    ['a capital in a bucket', withDestination({ ...MIRROR, location: 's3://Acme' })],
    ['another scheme', withDestination({ ...MIRROR, location: 'gs://acme' })],
    ['a home folder', withDestination({ ...MIRROR, location: '~/mirror' })],
    [
      'a token as the variable',
      withDestination({ name: 'm', kind: 'private-registry', 'token-variable': 'a.b' }),
    ],
    [
      'a template that leaves out the type',
      withDestination({ name: 'm', kind: 'oci-mirror', repository: 'a.com/${hostname}/${namespace}' }),
    ],
    [
      'a template without a host',
      withDestination({ name: 'm', kind: 'oci-mirror', repository: 'tofu/${hostname}/${namespace}/${type}' }),
    ],
    ['a destination twice', withDestination(MIRROR, { destinations: ['mirror', 'mirror'] })],
    ['no destination of a provider', withDestination(MIRROR, { destinations: [] })],
    ...vectors.refused
      // Here "latest" has a meaning, and a pattern cannot tell how large a number is.
      .filter((text) => text !== 'latest' && !/\d{16}/.test(text))
      .map((text): [string, unknown] => [`version ${JSON.stringify(text)}`, { ...AWS, version: text }]),
  ])('refuses %s, as the parser does', (_, config) => {
    expect(isAccepted(config)).toBe(false);
    expect(validate(config)).toBe(false);
  });
});
