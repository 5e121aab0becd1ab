import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { AWS, problemsOf } from './configs.ts';

const RECALL = { provider: 'hashicorp/aws', versions: '6.57.0', reason: 'withdrawn upstream' };

const POLICY = {
  'minimum-age': '7d',
  'minimum-age-exempt': ['hashicorp/random', 'acme/*'],
  'require-approval': 'major',
  recalled: [RECALL, { provider: 'acme/*', versions: '>= 1, < 2', reason: 'stolen', delete: true }],
  'allowed-hostnames': ['registry.terraform.io'],
  'allowed-namespaces': ['hashicorp', 'integrations'],
};

const read = (config: unknown) => parseConfig(JSON.stringify(config));
const withPolicy = (policy: unknown) => ({ policy, providers: [AWS] });

describe('the policy of a config', () => {
  it('is read, and narrowed to each provider', () => {
    const { policy, providers } = read(withPolicy(POLICY));
    expect(policy).toMatchObject({
      minimumAge: { text: '7d', milliseconds: 604_800_000 },
      minimumAgeExempt: [
        { text: 'hashicorp/random' },
        { text: 'acme/*', namespace: 'acme', type: undefined },
      ],
      requireApproval: 'major',
      recalled: [
        { provider: { text: 'hashicorp/aws' }, versions: { text: '6.57.0' }, delete: false },
        { provider: { text: 'acme/*' }, versions: { text: '>= 1, < 2' }, reason: 'stolen', delete: true },
      ],
      allowedHostnames: ['registry.terraform.io'],
      allowedNamespaces: ['hashicorp', 'integrations'],
    });
    expect(providers[0]?.policy).toMatchObject({
      minimumAge: { text: '7d' },
      minimumAgeExempt: [],
      recalled: [{ versions: { text: '6.57.0' }, reason: 'withdrawn upstream' }],
    });
  });

  it('may stand at a provider, in every form', () => {
    const own = { ...AWS, policy: { 'minimum-age': '2w' } };
    for (const config of [own, [own], { providers: [own] }]) {
      expect(read(config).providers[0]?.policy).toMatchObject({ minimumAge: { text: '2w' } });
    }
    const { policy, providers } = read({
      ...withPolicy(POLICY),
      providers: [own, { ...AWS, version: '1.0' }],
    });
    expect(policy?.minimumAge?.text).toBe('7d');
    expect(providers.map(({ policy }) => policy?.minimumAge?.text)).toEqual(['2w', '7d']);
  });

  it('is absent where nobody says anything', () => {
    const config = read({ providers: [AWS] });
    expect([config.policy, config.providers[0]?.policy]).toEqual([undefined, undefined]);
  });

  it.each<[unknown, string, string, string]>([
    [withPolicy('7d'), '$.policy', 'is a text, not an object.', 'Write { "minimum-age": "7d" }.'],
    [withPolicy({ 'minimum-age': 7 }), '$.policy["minimum-age"]', 'is a number', 'in quotes, such as "7d"'],
    [withPolicy({ 'minimum-age': '7 days' }), '$.policy["minimum-age"]', '"7 days" is not a length', '"7d"'],
    [withPolicy({ 'min-age': '7d' }), '$.policy["min-age"]', 'is unknown.', 'Did you mean "minimum-age"?'],
    [withPolicy({ blocked: [] }), '$.policy.blocked', 'is unknown.', 'Did you mean "recalled"?'],
    [
      withPolicy({ colour: 1 }),
      '$.policy.colour',
      'is unknown.',
      'the keys are minimum-age, minimum-age-exempt',
    ],
    [
      withPolicy({ 'require-approval': 'always' }),
      '$.policy["require-approval"]',
      'is not a rule',
      'mean "all"?',
    ],
    [
      withPolicy({ 'require-approval': 'x' }),
      '$.policy["require-approval"]',
      '',
      'Write one of never, major',
    ],
    [
      withPolicy({ 'minimum-age-exempt': ['aws'] }),
      '$.policy["minimum-age-exempt"][0]',
      '"aws" is not',
      '"acme/*"',
    ],
    [
      withPolicy({ 'minimum-age-exempt': 'a/b' }),
      '$.policy["minimum-age-exempt"]',
      'not an array',
      '["acme/*"]',
    ],
    [withPolicy({ recalled: [{}] }), '$.policy.recalled[0].provider', 'is missing', '"hashicorp/aws"'],
    [withPolicy({ recalled: [{}] }), '$.policy.recalled[0].reason', 'is missing', '"withdrawn upstream"'],
    [withPolicy({ recalled: ['x'] }), '$.policy.recalled[0]', 'not an object', 'Write { "provider"'],
    [
      withPolicy({ recalled: [{ ...RECALL, versions: 'latest' }] }),
      '$.policy.recalled[0].versions',
      'it names no version',
      'such as',
    ],
    [
      withPolicy({ recalled: [{ ...RECALL, reason: ' ' }] }),
      '$.policy.recalled[0].reason',
      'one line',
      'why',
    ],
    [
      withPolicy({ recalled: [{ ...RECALL, reason: 'a\u001b[2J' }] }),
      '$.policy.recalled[0].reason',
      'one line',
      'why',
    ],
    [
      withPolicy({ recalled: [{ ...RECALL, delete: 'yes' }] }),
      '$.policy.recalled[0].delete',
      'boolean',
      'true or',
    ],
    [
      withPolicy({ recalled: [{ ...RECALL, why: 1 }] }),
      '$.policy.recalled[0].why',
      'unknown',
      'keys are provider, v',
    ],
    [
      withPolicy({ 'allowed-hostnames': [] }),
      '$.policy["allowed-hostnames"]',
      'is empty',
      '["registry.terraform.io"]',
    ],
    [
      withPolicy({ 'allowed-hostnames': ['https://a.com'] }),
      '$.policy["allowed-hostnames"][0]',
      'is not a hostname',
      'Write "a.com".',
    ],
    [
      withPolicy({ 'allowed-hostnames': ['registry.opentofu.org'] }),
      '$.providers[0].hostname',
      'The policy does not allow "registry.terraform.io": its "allowed-hostnames" are registry.opentofu.org.',
      'Remove the provider',
    ],
    [
      withPolicy({ 'allowed-namespaces': ['acme'] }),
      '$.providers[0].namespace',
      'The policy does not allow "hashicorp": its "allowed-namespaces" are acme.',
      'Remove the provider',
    ],
    [
      {
        policy: { 'allowed-hostnames': ['a.com'] },
        destinations: [{ name: 'm', kind: 'network-mirror', location: 'm' }],
        providers: [{ ...AWS, hostname: ['a.com', 'b.com'] }],
      },
      '$.providers[0].hostname[1]',
      'does not allow "b.com"',
      'Remove the provider',
    ],
    [
      [{ ...AWS, policy: { 'allowed-namespaces': ['acme'] } }],
      '$[0].namespace',
      'does not allow "hashicorp"',
      'Remove the provider',
    ],
    [
      [{ ...AWS, policy: { recalled: [{ ...RECALL, provider: 'acme/x' }] } }],
      '$[0].policy.recalled[0].provider',
      '"acme/x" is not registry.terraform.io/hashicorp/aws',
      'Write this provider',
    ],
    [
      [{ ...AWS, policy: { 'minimum-age-exempt': ['acme/*'] } }],
      '$[0].policy["minimum-age-exempt"][0]',
      '"acme/*" is not registry.terraform.io/hashicorp/aws',
      'Write this provider',
    ],
  ])('%j is told at %s: %s %s', (config, path, message, fix) => {
    expect(problemsOf(config).filter((problem) => problem.path === path)).toEqual([
      { path, line: 1, message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
    ]);
  });

  it('is told with all its mistakes beside those of the rest', () => {
    const config = {
      policy: { 'minimum-age': 'x', 'allowed-namespaces': ['acme'] },
      providers: [{ ...AWS, version: '^1' }],
    };
    expect(problemsOf(config).map(({ path }) => path)).toEqual([
      '$.policy["minimum-age"]',
      '$.providers[0].version',
    ]);
  });
});
