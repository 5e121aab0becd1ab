import { describe, expect, it } from 'vitest';
import { formatLocation } from '../../../src/domain/config/destinations.ts';
import { findReferenced, referencesOf } from '../../../src/domain/deployment/run-references.ts';
import { formatAddress } from '../../../src/domain/provider/address.ts';
import { AWS, problemsOf } from './configs.ts';
import {
  destinationOf,
  HCP,
  MIRROR,
  OCI,
  OTHER,
  read,
  TEMPLATE,
  withLocation,
  withRepository,
} from './destination-configs.ts';

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
