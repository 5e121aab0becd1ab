import { describe, expect, it } from 'vitest';
import { AWS, entryWith, problemsOf } from './configs.ts';

describe('a config that is wrong', () => {
  it.each<[unknown, string, string, string]>([
    [[], '$', 'The array of providers is empty.', 'at least one provider'],
    [null, '$', 'The entry null is null, not an object.', 'Write one provider object or an array'],
    ['aws', '$', 'The entry "aws" is a text, not an object.', 'Write one provider object or an array'],
    [[AWS, 7], '$[1]', 'The entry 7 is a number, not an object.', 'Write one provider object'],
    [[[AWS]], '$[0]', 'is an array, not an object.', 'Write one provider object'],

    [{ namespace: 'a', platforms: AWS.platforms }, '$.provider', 'The key "provider" is missing.', '"aws"'],
    [
      { provider: 'a', platforms: AWS.platforms },
      '$.namespace',
      'The key "namespace" is missing.',
      '"hashicorp"',
    ],
    [{ provider: 'a', namespace: 'b' }, '$.platforms', 'The key "platforms" is missing.', '[{ "os": "linux"'],
    [
      entryWith({ platforms: [{ os: 'linux' }] }),
      '$[0].platforms[0].arch',
      'The key "arch" is missing.',
      '"amd64"',
    ],
    [
      entryWith({ platforms: [{ arch: 'arm' }] }),
      '$[0].platforms[0].os',
      'The key "os" is missing.',
      '"linux"',
    ],

    [
      entryWith({ provider: 7 }),
      '$[0].provider',
      'The value 7 is a number, not a text.',
      'in quotes, such as "aws"',
    ],
    [
      entryWith({ version: 5.1 }),
      '$[0].version',
      'The value 5.1 is a number',
      'in quotes, such as "5.100.0"',
    ],
    [entryWith({ version: null }), '$[0].version', 'The value null is null, not a text.', 'Write "5.100.0".'],
    [
      entryWith({ 'gpg-key-id': {} }),
      '$[0]["gpg-key-id"]',
      'is an object, not a text.',
      '"34365D9472D7468F"',
    ],
    [
      entryWith({ platforms: 'linux_amd64' }),
      '$[0].platforms',
      'is a text, not an array.',
      'Write an array: [{',
    ],
    [entryWith({ platforms: {} }), '$[0].platforms', 'is an object, not an array.', 'Write an array: [{'],
    [
      entryWith({ platforms: ['darwin_arm64'] }),
      '$[0].platforms[0]',
      'is a text, not an object.',
      'Write { "os": "darwin", "arch": "arm64" }.',
    ],
    [
      entryWith({ platforms: [null] }),
      '$[0].platforms[0]',
      'is null, not an object.',
      'Write { "os": "linux"',
    ],
    [
      entryWith({ platforms: [{ os: 'linux', arch: 386 }] }),
      '$[0].platforms[0].arch',
      'The value 386 is a number, not a text.',
      'in quotes',
    ],
    [entryWith({ retain: '5.0.0' }), '$[0].retain', 'is a text, not an array.', 'Write ["5.31.0"].'],
    [entryWith({ retain: [5] }), '$[0].retain[0]', 'The value 5 is a number, not a text.', '"5.31.0"'],

    [entryWith({ versoin: '1' }), '$[0].versoin', 'The key "versoin" is unknown.', 'Did you mean "version"?'],
    [entryWith({ gpg_key_id: 'x' }), '$[0].gpg_key_id', 'is unknown.', 'Did you mean "gpg-key-id"?'],
    [entryWith({ gpgKeyId: 'x' }), '$[0].gpgKeyId', 'is unknown.', 'Did you mean "gpg-key-id"?'],
    [entryWith({ registry: 'x' }), '$[0].registry', 'is unknown.', 'Did you mean "hostname"?'],
    [entryWith({ name: 'aws' }), '$[0].name', 'is unknown.', 'Remove it; the keys are provider, namespace,'],
    [entryWith({ 'colour scheme': 1 }), '$[0]["colour scheme"]', 'is unknown.', 'Remove it; the keys are'],
    [entryWith({ $schema: 'x' }), '$[0].$schema', 'is unknown.', 'Remove it'],
    [
      entryWith({ platforms: [{ os: 'linux', arch: 'arm', architecture: 'arm' }] }),
      '$[0].platforms[0].architecture',
      'is unknown.',
      'Remove it; the keys are os, arch.',
    ],

    [entryWith({ provider: 'hashicorp/aws' }), '$[0].provider', 'is a whole address.', '"provider": "aws"'],
    [entryWith({ provider: 'terraform-provider-aws' }), '$[0].provider', 'is not a provider', 'Write "aws".'],
    [entryWith({ provider: 'a_b' }), '$[0].provider', '"a_b" is not a provider', 'letters and digits'],
    [entryWith({ provider: '' }), '$[0].provider', '"" is not a provider', 'letters and digits'],
    [entryWith({ namespace: '-a' }), '$[0].namespace', '"-a" is not a namespace.', 'letters and digits'],
    [
      entryWith({ namespace: 'a'.repeat(65) }),
      '$[0].namespace',
      'has more than 64 characters.',
      'Shorten it.',
    ],
    [
      entryWith({ hostname: 'https://registry.opentofu.org' }),
      '$[0].hostname',
      'is not a hostname.',
      'Write "registry.opentofu.org".',
    ],

    [entryWith({ version: 'Latest' }), '$[0].version', '"Latest" is not a version.', 'Write "latest"'],
    [
      entryWith({ version: '^5.0' }),
      '$[0].version',
      'is not a Terraform version constraint',
      '">= 5.0.0, < 6.0.0"',
    ],
    [
      entryWith({ version: 'v5.0.0' }),
      '$[0].version',
      'is not a Terraform version constraint',
      'Write "5.0.0".',
    ],
    [entryWith({ retain: ['latest'] }), '$[0].retain[0]', 'it names no version', 'Write a version such as'],

    [
      entryWith({ platforms: [{ os: 'macos', arch: 'arm64' }] }),
      '$[0].platforms[0].os',
      '"macos" is not an operating system that Terraform knows.',
      'Did you mean "darwin"?',
    ],
    [
      entryWith({ platforms: [{ os: 'Linux', arch: 'arm' }] }),
      '$[0].platforms[0].os',
      '"Linux"',
      'mean "linux"?',
    ],
    [
      entryWith({ platforms: [{ os: 'widnows', arch: 'arm' }] }),
      '$[0].platforms[0].os',
      '',
      'mean "windows"?',
    ],
    [
      entryWith({ platforms: [{ os: 'beos', arch: 'arm' }] }),
      '$[0].platforms[0].os',
      '',
      'Write one of aix,',
    ],
    [
      entryWith({ platforms: [{ os: 'linux', arch: 'x86_64' }] }),
      '$[0].platforms[0].arch',
      '"x86_64" is not an architecture that Terraform knows.',
      'Did you mean "amd64"?',
    ],
    [entryWith({ platforms: [{ os: 'linux', arch: 'aarch64' }] }), '$[0].platforms[0].arch', '', '"arm64"?'],
    [entryWith({ platforms: [{ os: 'linux', arch: 'amd46' }] }), '$[0].platforms[0].arch', '', '"amd64"?'],
    [entryWith({ platforms: [{ os: 'linux', arch: 'i686' }] }), '$[0].platforms[0].arch', '', '"386"?'],
    [
      entryWith({ platforms: [{ os: 'linux', arch: '' }] }),
      '$[0].platforms[0].arch',
      '',
      'Write one of 386,',
    ],

    [entryWith({ platforms: [] }), '$[0].platforms', '"platforms" is empty.', 'Write [{ "os": "linux"'],
    [
      entryWith({ platforms: [...AWS.platforms, { os: 'linux', arch: 'amd64' }, ...AWS.platforms] }),
      '$[0].platforms[2]',
      'The platform darwin_arm64 stands already in $[0].platforms[0].',
      'Remove it.',
    ],

    [
      entryWith({ 'gpg-key-id': '0x34365D9472D7468F' }),
      '$[0]["gpg-key-id"]',
      'is not a key id of 16 or 40 hexadecimal digits.',
      'Write "34365D9472D7468F".',
    ],
    [
      entryWith({ 'gpg-key-id': 'C874 011F 0AB4 0511 0D02  1055 3436 5D94 72D7 468F' }),
      '$[0]["gpg-key-id"]',
      'is not a key id',
      'Write "C874011F0AB405110D02105534365D9472D7468F".',
    ],
    [entryWith({ 'gpg-key-id': '72D7468F' }), '$[0]["gpg-key-id"]', '', '8 digits do not name one key alone'],
    [entryWith({ 'gpg-key-id': '' }), '$[0]["gpg-key-id"]', '', 'or leave "gpg-key-id" out'],
    [entryWith({ 'gpg-key-id': '34365D9472D7468G' }), '$[0]["gpg-key-id"]', '', 'Write the long key id'],

    [[AWS, AWS], '$[1]', 'hashicorp/aws latest is asked for already in $[0].', 'platforms added to $[0]'],
    [
      [
        { ...AWS, version: '1.0' },
        { ...AWS, namespace: 'HashiCorp', version: '= 1.0.0' },
      ],
      '$[1]',
      'hashicorp/aws = 1.0.0 is asked for already in $[0].',
      'Remove this entry',
    ],
    [
      [
        { ...AWS, version: '>= 1, < 2' },
        { ...AWS, version: '< 2.0, >= 1.0' },
      ],
      '$[1]',
      'is asked for already in $[0].',
      'Remove this entry',
    ],
    [
      [AWS, { ...AWS, namespace: 'acme' }],
      '$[1]',
      'registry.terraform.io/acme/aws and registry.terraform.io/hashicorp/aws ($[0]) would both become ORGANIZATION/aws',
      'Keep one of them',
    ],
    [
      [AWS, { ...AWS, hostname: 'registry.opentofu.org', version: '1.0.0' }],
      '$[1]',
      'registry.opentofu.org/hashicorp/aws and registry.terraform.io/hashicorp/aws ($[0]) would both become',
      'Keep one of them',
    ],
  ])('%j is told at %s: %s %s', (config, path, message, fix) => {
    const problems = problemsOf(config);
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.find((problem) => problem.path === path)).toEqual({
      path,
      line: 1,
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });
});
