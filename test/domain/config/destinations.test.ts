import { describe, expect, it } from 'vitest';
import { formatLocation } from '../../../src/domain/config/destinations.ts';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { findReferenced, referencesOf } from '../../../src/domain/deployment/run-references.ts';
import { formatAddress } from '../../../src/domain/provider/address.ts';
import { AWS, problemsOf } from './configs.ts';

const TEMPLATE = 'registry.example.com/tofu/${hostname}/${namespace}/${type}';
const HCP = { name: 'hcp', kind: 'private-registry', organization: 'acme' };
const OTHER = {
  name: 'other',
  kind: 'private-registry',
  organization: 'other',
  'token-variable': 'OTHER_TOKEN',
};
const MIRROR = { name: 'mirror', kind: 'network-mirror', location: 's3://acme-providers/mirror' };
const OCI = { name: 'oci', kind: 'oci-mirror', repository: TEMPLATE };

const read = (config: unknown) => parseConfig(JSON.stringify(config));
const withDestination = (destination: unknown) => ({ destinations: [destination], providers: [AWS] });
const destinationOf = (destination: unknown) => read(withDestination(destination)).destinations?.[0];

const withLocation = (location: unknown) => ({ ...MIRROR, location });
const withRepository = (repository: unknown) => ({ ...OCI, repository });

describe('a config of destinations and providers', () => {
  it('has every kind of destination', () => {
    expect(
      read({
        destinations: [
          {
            ...HCP,
            address: 'https://app.terraform.io/',
            'token-variable': 'TFC_TOKEN',
            'token-secret': 'tfc',
          },
          MIRROR,
          { name: 'laptop', kind: 'network-mirror', location: './mirror', catalogue: true },
          OCI,
        ],
        providers: [
          { ...AWS, destinations: ['hcp', 'mirror'] },
          { ...AWS, version: '1.0.0' },
        ],
      }),
    ).toMatchObject({
      destinations: [
        {
          path: '$.destinations[0]',
          name: 'hcp',
          kind: 'private-registry',
          organization: 'acme',
          address: 'https://app.terraform.io',
          tokenVariable: 'TFC_TOKEN',
          tokenSecret: 'tfc',
        },
        {
          path: '$.destinations[1]',
          name: 'mirror',
          kind: 'network-mirror',
          location: { scheme: 's3', bucket: 'acme-providers', prefix: 'mirror' },
          catalogue: false,
        },
        { name: 'laptop', location: { scheme: 'folder', path: 'mirror' }, catalogue: true },
        { name: 'oci', kind: 'oci-mirror', repository: TEMPLATE, createRepositories: false },
      ],
      providers: [
        { path: '$.providers[0]', destinations: ['hcp', 'mirror'] },
        { path: '$.providers[1]', destinations: undefined },
      ],
    });
  });

  it('takes the organization, the address and the token of a private registry from elsewhere when it says none', () => {
    expect(destinationOf({ name: 'hcp', kind: 'private-registry' })).toEqual({
      path: '$.destinations[0]',
      name: 'hcp',
      kind: 'private-registry',
      organization: undefined,
      address: undefined,
      tokenVariable: undefined,
      tokenSecret: undefined,
    });
  });

  it.each<[unknown]>([[AWS], [[AWS, { ...AWS, version: '1.0.0' }]], [{ providers: [AWS] }]])(
    'names no destination in the other forms: %j',
    (config) => {
      expect(read(config).destinations).toBeUndefined();
    },
  );

  it('may name destinations that nobody uses, and its schema', () => {
    const config = {
      $schema: 'x',
      destinations: [HCP, MIRROR],
      providers: [{ ...AWS, destinations: ['hcp'] }],
    };
    expect(read(config).destinations).toHaveLength(2);
  });

  it.each([
    ['s3://acme-providers', { scheme: 's3', bucket: 'acme-providers', prefix: '' }, 's3://acme-providers'],
    ['s3://acme-providers/', { scheme: 's3', bucket: 'acme-providers', prefix: '' }, 's3://acme-providers'],
    ['s3://a.b-c.d/x/y//', { scheme: 's3', bucket: 'a.b-c.d', prefix: 'x/y' }, 's3://a.b-c.d/x/y'],
    ['./mirror/', { scheme: 'folder', path: 'mirror' }, 'mirror'],
    ['././a/./b', { scheme: 'folder', path: 'a/./b' }, 'a/./b'],
    ['../mirror', { scheme: 'folder', path: '../mirror' }, '../mirror'],
    ['.', { scheme: 'folder', path: '.' }, '.'],
    ['./', { scheme: 'folder', path: '.' }, '.'],
    ['/', { scheme: 'folder', path: '/' }, '/'],
    ['/srv/my mirror', { scheme: 'folder', path: '/srv/my mirror' }, '/srv/my mirror'],
    ['C:\\mirror', { scheme: 'folder', path: 'C:\\mirror' }, 'C:\\mirror'],
  ])('reads the location %j', (text, location, formatted) => {
    const destination = destinationOf(withLocation(text));
    expect(destination).toMatchObject({ location });
    expect(destination?.kind === 'network-mirror' && formatLocation(destination.location)).toBe(formatted);
  });

  it.each([
    ['https://tfe.example.com:8443/', 'https://tfe.example.com:8443'],
    ['https://TFE.example.com/base/', 'https://tfe.example.com/base'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ])('reads the address %j', (text, address) => {
    expect(destinationOf({ ...HCP, address: text })).toMatchObject({ address });
  });

  it.each([
    [TEMPLATE, TEMPLATE],
    ['localhost:5000/${hostname}/${namespace}_${type}', 'localhost:5000/${hostname}/${namespace}_${type}'],
    ['GHCR.io/acme/${type}/${namespace}/${hostname}/x', 'ghcr.io/acme/${type}/${namespace}/${hostname}/x'],
    [
      'http://127.0.0.1:5000/${hostname}/${namespace}/${type}',
      'http://127.0.0.1:5000/${hostname}/${namespace}/${type}',
    ],
  ])('reads the repository %j', (text, repository) => {
    expect(destinationOf(withRepository(text))).toMatchObject({ repository });
  });

  it('reads whether repositories are made', () => {
    expect(destinationOf({ ...OCI, 'create-repositories': true })).toMatchObject({
      createRepositories: true,
    });
  });
});

describe('hostnames of a provider', () => {
  it('are a short form for as many entries, all at one place', () => {
    const hostname = ['registry.terraform.io', 'Registry.OpenTofu.org'];
    const { providers } = read({
      destinations: [MIRROR],
      providers: [AWS, { ...AWS, hostname, version: '1.0.0' }],
    });
    expect(providers.map(({ address, path }) => `${path} ${formatAddress(address)}`)).toEqual([
      '$.providers[0] registry.terraform.io/hashicorp/aws',
      '$.providers[1] registry.terraform.io/hashicorp/aws',
      '$.providers[1] registry.opentofu.org/hashicorp/aws',
    ]);
  });

  it('are found again by the references that a run passes on, with all that the entry says', () => {
    const config = read({
      destinations: [MIRROR, OCI],
      providers: [
        {
          ...AWS,
          hostname: ['registry.terraform.io', 'registry.opentofu.org'],
          destinations: ['mirror'],
          'allow-other-version-names': true,
          policy: { 'minimum-age': '7d' },
        },
        { ...AWS, destinations: ['oci'] },
      ],
    });
    const references = referencesOf(config);
    expect(references.map(({ index, address }) => `${index} ${address}`)).toEqual([
      '0 registry.terraform.io/hashicorp/aws',
      '1 registry.opentofu.org/hashicorp/aws',
      '2 registry.terraform.io/hashicorp/aws',
    ]);
    expect(references.map((reference) => findReferenced(config, reference))).toEqual(config.providers);
    expect(config.providers[1]).toMatchObject({
      destinations: ['mirror'],
      allowOtherVersionNames: true,
      policy: { minimumAge: { text: '7d' } },
    });
  });

  it.each([
    [[], '$[0].hostname', '"hostname" is empty.', 'Write "registry.opentofu.org".'],
    [7, '$[0].hostname', 'The value 7 is a number, not a text.', 'in quotes'],
    [['x', 7], '$[0].hostname[1]', 'The value 7 is a number, not a text.', 'in quotes'],
    [['https://a.com'], '$[0].hostname[0]', '"https://a.com" is not a hostname.', 'Write "a.com".'],
    [
      ['a.com', 'A.com:443'],
      '$[0].hostname[1]',
      'The hostname a.com stands already in $[0].hostname[0].',
      'Remove',
    ],
    [['a.com', 'b.com'], '$[0]', 'would both become ORGANIZATION/aws', 'Keep one of them'],
  ])('that are wrong are told: %j', (hostname, path, message, fix) => {
    expect(problemsOf([{ ...AWS, hostname }])).toEqual([
      { path, line: 1, message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
    ]);
  });
});

describe('two providers of one type', () => {
  const mine = { ...AWS, namespace: 'mine' };
  const all = [HCP, OTHER, MIRROR, OCI];

  it.each([
    [['mirror'], ['mirror']],
    [
      ['mirror', 'oci'],
      ['mirror', 'hcp'],
    ],
    [['hcp'], ['other']],
    [
      ['hcp', 'mirror'],
      ['oci', 'mirror', 'other'],
    ],
  ])('may go to %j and %j', (first, second) => {
    const providers = [
      { ...AWS, destinations: first },
      { ...mine, destinations: second },
    ];
    expect(read({ destinations: all, providers }).providers).toHaveLength(2);
  });

  it.each([
    [['hcp'], ['hcp']],
    [
      ['hcp', 'mirror'],
      ['mirror', 'hcp'],
    ],
    [undefined, ['other']],
    [['other'], undefined],
    [undefined, undefined],
  ])('may not go to %j and %j', (first, second) => {
    const providers = [
      { ...AWS, ...(first && { destinations: first }) },
      { ...mine, ...(second && { destinations: second }) },
    ];
    expect(problemsOf({ destinations: all, providers })).toEqual([
      {
        path: '$.providers[1]',
        line: 1,
        message: expect.stringContaining('would both become ORGANIZATION/aws'),
        fix: 'Keep one of them, or give them "destinations" that share no private registry.',
      },
    ]);
  });

  it('may go to any mirror when there is no private registry', () => {
    expect(read({ destinations: [MIRROR, OCI], providers: [AWS, mine] }).providers).toHaveLength(2);
  });
});

describe('one provider asked for twice', () => {
  const toBoth = (first: readonly string[], second: readonly string[]) => ({
    destinations: [HCP, MIRROR],
    providers: [
      { ...AWS, destinations: first },
      { ...AWS, destinations: second },
    ],
  });

  it('is right when the entries share no destination', () => {
    expect(read(toBoth(['hcp'], ['mirror'])).providers).toHaveLength(2);
  });

  it('is wrong when they share one', () => {
    expect(problemsOf(toBoth(['hcp', 'mirror'], ['mirror']))).toMatchObject([
      { path: '$.providers[1]', message: expect.stringContaining('asked for already in $.providers[0].') },
    ]);
  });
});

describe('a config of destinations that is wrong', () => {
  it.each<[unknown, string, string, string]>([
    [{ destinations: [MIRROR] }, '$.providers', 'The key "providers" is missing.', 'Add "providers": [{'],
    [{ providers: [] }, '$.providers', 'The array of providers is empty.', 'at least one provider'],
    [{ providers: AWS }, '$.providers', 'is an object, not an array.', 'Write [{ "provider": "aws"'],
    [{ destinations: [], providers: [AWS] }, '$.destinations', '"destinations" is empty.', 'Write ["mirror"'],
    [{ destinatoins: [MIRROR], providers: [AWS] }, '$.destinatoins', 'is unknown.', 'mean "destinations"?'],
    [{ destinations: [MIRROR], provders: [AWS] }, '$.provders', 'is unknown.', 'Did you mean "providers"?'],
    [withDestination('mirror'), '$.destinations[0]', 'is a text, not an object.', 'one object for each'],
    [
      withDestination({ name: 'x' }),
      '$.destinations[0].kind',
      'The key "kind" is missing.',
      '"network-mirror"',
    ],
    [
      withDestination({ ...MIRROR, kind: 's3' }),
      '$.destinations[0].kind',
      '"s3" is not a kind',
      'network-mirror"?',
    ],
    [withDestination({ ...MIRROR, kind: 'hcp' }), '$.destinations[0].kind', '', 'mean "private-registry"?'],
    [withDestination({ ...MIRROR, kind: 'oci-miror' }), '$.destinations[0].kind', '', 'mean "oci-mirror"?'],
    [
      withDestination({ ...MIRROR, kind: 'ftp' }),
      '$.destinations[0].kind',
      '',
      'Write one of private-registry,',
    ],
    [
      withDestination({ ...MIRROR, kind: 7 }),
      '$.destinations[0].kind',
      'is a number, not a text.',
      'in quotes',
    ],
    [
      withDestination({ ...HCP, kind: 7, name: 'A' }),
      '$.destinations[0].name',
      '"A" is not a dest',
      'lower-case',
    ],
    [
      withDestination({ ...HCP, name: 'a_b' }),
      '$.destinations[0].name',
      'is not a destination',
      'lower-case',
    ],
    [withDestination({ ...HCP, name: '-a' }), '$.destinations[0].name', 'is not a destination', 'lower-case'],
    [
      withDestination({ ...HCP, name: 'a'.repeat(65) }),
      '$.destinations[0].name',
      'is not a dest',
      'up to 64',
    ],
    [
      withDestination({ kind: 'network-mirror', name: 'm' }),
      '$.destinations[0].location',
      'is missing',
      's3://',
    ],
    [
      withDestination({ ...MIRROR, bucket: 'x' }),
      '$.destinations[0].bucket',
      'is unknown.',
      'the keys are name, kind',
    ],
    [
      withDestination({ name: 'm', kind: 'network-mirror', path: 'x' }),
      '$.destinations[0].path',
      'is unknown.',
      'Did you mean "location"?',
    ],
    [
      withDestination({ ...HCP, token: 'secret' }),
      '$.destinations[0].token',
      'The key "token" is unknown.',
      'Did you mean "token-variable"?',
    ],
    [
      withDestination({ ...HCP, organization: 'a b' }),
      '$.destinations[0].organization',
      '"a b" is not an',
      'URL',
    ],
    [
      withDestination({ ...HCP, address: 'x.com' }),
      '$.destinations[0].address',
      'is not an',
      '"https://x.com"',
    ],
    [
      withDestination({ ...HCP, address: 'ftp://x' }),
      '$.destinations[0].address',
      '"ftp://x" is not',
      'app.terraform',
    ],
    [
      withDestination({ ...HCP, address: 'http://x.com/' }),
      '$.destinations[0].address',
      'Plain http',
      '"https://x.com"',
    ],
    [
      withDestination({ ...HCP, address: 'https://u:p@x.com' }),
      '$.destinations[0].address',
      'password',
      'Take it out',
    ],
    [
      withDestination({ ...HCP, address: 'https://x.com?a=1' }),
      '$.destinations[0].address',
      'query',
      'Take it out',
    ],
    [
      withDestination({ ...MIRROR, catalogue: 'yes' }),
      '$.destinations[0].catalogue',
      'not a boolean',
      'true or false',
    ],

    [
      withDestination(withLocation('S3://acme/x')),
      '$.destinations[0].location',
      'neither an s3',
      '"s3://acme/x"',
    ],
    [
      withDestination(withLocation('https://a.com/x')),
      '$.destinations[0].location',
      'neither an s3',
      'BUCKET/PREFIX',
    ],
    [withDestination(withLocation('s3://')), '$.destinations[0].location', '"" is not a bucket', '3 to 63'],
    [
      withDestination(withLocation('s3://Acme')),
      '$.destinations[0].location',
      '"Acme" is not a bucket',
      '3 to 63',
    ],
    [
      withDestination(withLocation('s3://ab')),
      '$.destinations[0].location',
      '"ab" is not a bucket',
      '3 to 63',
    ],
    [withDestination(withLocation('s3://a..b')), '$.destinations[0].location', 'is not a bucket', '3 to 63'],
    [withDestination(withLocation('s3://a.-b')), '$.destinations[0].location', 'is not a bucket', '3 to 63'],
    [
      withDestination(withLocation('s3://192.168.5.4')),
      '$.destinations[0].location',
      'is not a bucket',
      '3 to',
    ],
    [
      withDestination(withLocation(`s3://${'a'.repeat(64)}`)),
      '$.destinations[0].location',
      'not a bucket',
      '3 to',
    ],
    [withDestination(withLocation('s3://xn--abc')), '$.destinations[0].location', 'for itself', 'own name'],
    [
      withDestination(withLocation('s3://abc-s3alias')),
      '$.destinations[0].location',
      'for itself',
      'own name',
    ],
    [
      withDestination(withLocation('s3://acme/a//b')),
      '$.destinations[0].location',
      'an empty part',
      'single slash',
    ],
    [
      withDestination(withLocation('s3://acme/../b')),
      '$.destinations[0].location',
      'the part ".."',
      'Write letters',
    ],
    [
      withDestination(withLocation('s3://acme/a b')),
      '$.destinations[0].location',
      'the part "a b"',
      'Write letters',
    ],
    [
      withDestination(withLocation(`s3://acme/${'a'.repeat(513)}`)),
      '$.destinations[0].location',
      '512',
      'Shorten',
    ],
    [withDestination(withLocation('')), '$.destinations[0].location', '"" is not the path', '"./mirror"'],
    [withDestination(withLocation(' x')), '$.destinations[0].location', 'is not the path', '"./mirror"'],
    [
      withDestination(withLocation('a\u0000b')),
      '$.destinations[0].location',
      'is not the path',
      '"./mirror"',
    ],
    [
      withDestination(withLocation('~/mirror')),
      '$.destinations[0].location',
      'begins with "~"',
      'whole path',
    ],

    [
      withDestination(withRepository(`https://${TEMPLATE}`)),
      '$.destinations[0].repository',
      'scheme',
      `"${TEMPLATE}"`,
    ],
    [
      withDestination(withRepository('tofu')),
      '$.destinations[0].repository',
      'does not begin with',
      'such as',
    ],
    [
      withDestination(withRepository('tofu/${hostname}')),
      '$.destinations[0].repository',
      'does not begin',
      'such as',
    ],
    [
      withDestination(withRepository('a.com/${host}/${namespace}/${type}')),
      '$.destinations[0].repository',
      '${host} is no part',
      'mean ${hostname}?',
    ],
    [
      withDestination(withRepository('a.com/${hostname}/${namespace}/${type}/${version}')),
      '$.destinations[0].repository',
      '${version} is no part',
      'The parts are ${hostname}',
    ],
    [
      withDestination(withRepository('a.com/${namespace}')),
      '$.destinations[0].repository',
      'leaves out ${hostname} and ${type}',
      'such as',
    ],
    [
      withDestination(withRepository('a.com/${hostname}/${namespace}/${type}:latest')),
      '$.destinations[0].repository',
      'is not a repository',
      'without a tag',
    ],
    [
      withDestination(withRepository('a.com/Tofu/${hostname}/${namespace}/${type}')),
      '$.destinations[0].repository',
      'is not a repository',
      'lower-case',
    ],

    [
      { destinations: [HCP, { ...MIRROR, name: 'hcp' }], providers: [AWS] },
      '$.destinations[1].name',
      'The name "hcp" stands already in $.destinations[0].',
      'a name of its own',
    ],
    [
      {
        destinations: [MIRROR, { ...MIRROR, name: 'm', location: 's3://acme-providers/mirror/' }],
        providers: [AWS],
      },
      '$.destinations[1]',
      'This is the same place as $.destinations[0].',
      'Remove one of them.',
    ],
    [
      { destinations: [HCP, { ...HCP, name: 'again' }], providers: [AWS] },
      '$.destinations[1]',
      'the same place as $.destinations[0].',
      'Remove',
    ],
    [
      { destinations: [MIRROR], providers: [{ ...AWS, destinations: ['miror'] }] },
      '$.providers[0].destinations[0]',
      'There is no destination "miror".',
      'Did you mean "mirror"?',
    ],
    [
      { destinations: [HCP, MIRROR], providers: [{ ...AWS, destinations: ['hcp', 'x'] }] },
      '$.providers[0].destinations[1]',
      'There is no destination "x".',
      'The destinations are hcp, mirror.',
    ],
    [
      { destinations: [MIRROR], providers: [{ ...AWS, destinations: ['mirror', 'mirror'] }] },
      '$.providers[0].destinations[1]',
      'The destination mirror stands already in $.providers[0].destinations[0].',
      'Remove it.',
    ],
    [
      { destinations: [MIRROR], providers: [{ ...AWS, destinations: [] }] },
      '$.providers[0].destinations',
      '"destinations" is empty.',
      'Write ["mirror"].',
    ],
    [
      [{ ...AWS, destinations: ['mirror'] }],
      '$[0].destinations[0]',
      'There is no destination "mirror": the config names none.',
      'one object with "destinations" and "providers"',
    ],
    [
      { destinations: [OCI], providers: [{ ...AWS, hostname: 'a.com:8443' }] },
      '$.providers[0].hostname',
      '"a.com:8443" has a port',
      'Give the provider "destinations" without it.',
    ],
    [
      { destinations: [MIRROR], providers: [AWS, { ...AWS, 'allow-other-version-names': 'yes' }] },
      '$.providers[1]["allow-other-version-names"]',
      'is a text, not a boolean.',
      'true or false',
    ],
  ])('%j is told at %s: %s %s', (config, path, message, fix) => {
    const found = problemsOf(config).filter((problem) => problem.path === path);
    expect(found).toEqual([
      { path, line: 1, message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
    ]);
  });

  it('has all its problems told at once', () => {
    const config = {
      destinations: [{ ...HCP, name: 'A' }, withLocation('ftp://x'), { ...OCI, kind: 'x' }],
      providers: [
        { ...AWS, destinations: ['mirror', 'nowhere'] },
        { ...AWS, version: '^1' },
      ],
      extra: 1,
    };
    expect(problemsOf(config).map(({ path }) => path)).toEqual([
      '$.extra',
      '$.destinations[0].name',
      '$.destinations[1].location',
      '$.destinations[2].kind',
      '$.providers[1].version',
      '$.providers[0].destinations[1]',
    ]);
  });

  it.each(['token-variable', 'token-secret'])('never repeats a token that stands in %s', (key) => {
    const token = 'aB3xY.atlasv1.s3cr3t-T0ken';
    for (const value of [token, [token], { value: token }]) {
      const [problem, ...others] = problemsOf(withDestination({ ...HCP, [key]: value }));
      expect(others).toEqual([]);
      expect(problem?.path).toBe(`$.destinations[0]["${key}"]`);
      expect(JSON.stringify(problem)).not.toContain('s3cr3t');
    }
  });

  it('never repeats a token that stands elsewhere', () => {
    const token = 'aB3xY.atlasv1.s3cr3t-T0ken';
    for (const wrong of [{ ...HCP, organization: token }, { ...HCP, name: { token } }, [token]]) {
      expect(JSON.stringify(problemsOf(withDestination(wrong)))).not.toContain('s3cr3t');
    }
  });
});
