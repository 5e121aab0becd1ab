import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { type Problem, SyncError } from '../../../src/domain/errors.ts';
import { formatAddress } from '../../../src/domain/provider/address.ts';
import { KNOWN_ARCH, KNOWN_OS } from '../../../src/domain/provider/platform.ts';
import { constraintText } from '../provider/arbitraries.ts';
import { AWS, designArray, designSingle, failureOf, parse } from './configs.ts';

describe('a config that is right', () => {
  it('is an array of providers, as in the design document', () => {
    expect(parseConfig(designArray).providers).toEqual([
      {
        path: '$[0]',
        address: { hostname: 'registry.terraform.io', namespace: 'integrations', type: 'github' },
        requested: { kind: 'latest', text: 'latest' },
        platforms: [{ os: 'darwin', arch: 'arm64' }],
        pinnedKeyId: '38027F80D7FD5FB2',
        retain: [],
        destinations: undefined,
        allowOtherVersionNames: false,
        policy: undefined,
      },
      {
        path: '$[1]',
        address: { hostname: 'registry.terraform.io', namespace: 'hashicorp', type: 'aws' },
        requested: { kind: 'latest', text: 'latest' },
        platforms: [{ os: 'darwin', arch: 'arm64' }],
        pinnedKeyId: '34365D9472D7468F',
        retain: [],
        destinations: undefined,
        allowOtherVersionNames: false,
        policy: undefined,
      },
    ]);
  });

  it('is one provider object, as in the design document', () => {
    const [entry, ...others] = parseConfig(designSingle).providers;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ path: '$', pinnedKeyId: '34365D9472D7468F' });
    expect(entry && formatAddress(entry.address)).toBe('registry.terraform.io/hashicorp/aws');
  });

  it('may have a byte order mark in front and name its schema', () => {
    const text = `\uFEFF${JSON.stringify({ $schema: './schema/config.schema.json', ...AWS })}`;
    expect(parseConfig(text).providers).toHaveLength(1);
  });

  it.each([
    [{ namespace: 'HashiCorp', provider: 'AWS' }, 'registry.terraform.io/hashicorp/aws'],
    [{ hostname: 'Registry.OpenTofu.org' }, 'registry.opentofu.org/hashicorp/aws'],
    [{ hostname: 'registry.example.com:8443' }, 'registry.example.com:8443/hashicorp/aws'],
  ])('names its provider without regard to case: %j', (keys, address) => {
    const [entry] = parse({ ...AWS, ...keys });
    expect(entry && formatAddress(entry.address)).toBe(address);
  });

  it.each([
    [undefined, { kind: 'latest', text: 'latest' }],
    ['latest', { kind: 'latest', text: 'latest' }],
    ['5.100.0', { kind: 'exact', text: '5.100.0' }],
    ['~> 5.0', { kind: 'constraint', text: '~> 5.0' }],
    ['>= 5.80, < 6', { kind: 'constraint', text: '>= 5.80, < 6' }],
  ])('asks for version %j', (version, requested) => {
    expect(parse({ ...AWS, version })[0]?.requested).toMatchObject(requested);
  });

  it.each([
    ['34365d9472d7468f', '34365D9472D7468F'],
    ['c874011f0ab405110d02105534365d9472d7468f', 'C874011F0AB405110D02105534365D9472D7468F'],
  ])('pins the signing key %s in upper case', (written, pinnedKeyId) => {
    expect(parse({ ...AWS, 'gpg-key-id': written })[0]).toMatchObject({ pinnedKeyId });
  });

  it('retains exact versions and constraints', () => {
    const [entry] = parse({ ...AWS, retain: ['5.31.0', '~> 4.67.0'] });
    expect(entry?.retain.map(({ text }) => text)).toEqual(['5.31.0', '~> 4.67.0']);
  });

  it('may ask for several versions of one provider', () => {
    expect(parse([AWS, { ...AWS, version: '~> 4.0' }, { ...AWS, version: '5.0.0' }])).toHaveLength(3);
  });
});

describe('a config that is wrong', () => {
  it('has one problem for each fault, all told at once, each at its place', () => {
    const config = [
      { provider: 'aws', namespace: 'hashicorp', platforms: [{ os: 'macos', arch: 'amd64' }], versoin: '1' },
      { provider: 'a_b', 'gpg-key-id': '0x', version: '^1', platforms: [] },
      { ...AWS, namespace: 'acme', retain: ['latest', '1.0.0', 'x'] },
      { ...AWS, version: 'latest', platforms: [...AWS.platforms, 'x', ...AWS.platforms] },
      'aws',
    ];
    const error = failureOf(JSON.stringify(config));
    expect(error).toMatchObject({ code: 'ConfigInvalid', origin: 'user', retryable: false });
    expect(error.problems.map(({ path }) => path)).toEqual([
      '$[0].platforms[0].os',
      '$[0].versoin',
      '$[1].provider',
      '$[1].namespace',
      '$[1]["gpg-key-id"]',
      '$[1].version',
      '$[1].platforms',
      '$[2].retain[0]',
      '$[2].retain[2]',
      '$[3].platforms[1]',
      '$[3].platforms[2]',
      '$[4]',
      '$[2]',
      '$[3]',
    ]);
    const [headline, ...lines] = error.message.split('\n');
    expect(headline).toBe('The config has 14 problems.');
    expect(lines).toHaveLength(14);
    expect(lines[0]).toBe(
      '$[0].platforms[0].os: "macos" is not an operating system that Terraform knows. Did you mean "darwin"?',
    );
  });

  it('tells the place of a fault in the text by line and column', () => {
    expect(failureOf('[\n  {"provider": "aws",}\n]').message).toBe(
      'The config has a problem.\n$: This is not JSON: in line 2, column 22, a key in double quotes is expected, but there is "}". Remove the comma before it.',
    );
  });

  it('tells the line of every problem', () => {
    const config = {
      destinations: [{ name: 'mirror', kind: 'network-mirror' }],
      providers: [
        { ...AWS, destinations: ['miror'], version: '^1' },
        { ...AWS, hostname: ['a.com', 'b/c'] },
      ],
    };
    const text = JSON.stringify(config, null, 2);
    const lines = text.split('\n');
    const told = failureOf(text).problems.map(({ path, line = 0 }) => [path, lines[line - 1]?.trim()]);
    expect(told).toEqual([
      ['$.destinations[0].location', '{'],
      ['$.providers[0].version', '"version": "^1"'],
      ['$.providers[1].hostname[1]', '"b/c"'],
      ['$.providers[0].destinations[0]', '"miror"'],
    ]);
  });

  it('is refused without reading every mistake of thousands', () => {
    const config = Array.from({ length: 15_000 }, (_, index) => ({ ...AWS, [`key${index}`]: 1 }));
    const error = failureOf(JSON.stringify(config));
    expect(error.problems).toHaveLength(1000);
    expect(error.message).toMatch(/^The config has more than 1000 problems\.\n.*\n… and many more\.$/s);
  });

  it('is refused when a list is longer than any list of providers', () => {
    const text = `[${'0,'.repeat(20_000)}0]`;
    expect(failureOf(text).message).toContain('at most 20000 values');
  });

  it('tells of a key that stands twice', () => {
    const text = JSON.stringify(AWS).replace('{', '{"version": "1.0.0", "version": "2.0.0", ');
    expect(failureOf(text).problems).toMatchObject([{ path: '$.version' }]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('refuses the key %s like any other', (key) => {
    const text = JSON.stringify(AWS).replace('{', `{"${key}": {"version": "1.0.0"}, `);
    expect(failureOf(text).problems).toMatchObject([{ path: `$.${key}` }]);
  });

  it('keeps its message short, whatever the config holds', () => {
    const long = 'x_'.repeat(10_000);
    const config = Array.from({ length: 100 }, () => ({
      [long]: long,
      provider: long,
      platforms: [{ os: long }],
    }));
    const error = failureOf(JSON.stringify(config));
    expect(error.problems.length).toBeGreaterThan(400);
    expect(error.message.length).toBeLessThan(10_000);
    expect(error.message).toMatch(/… and \d+ more\.$/);
  });
});

describe('any entry', () => {
  const name = fc.stringMatching(/^[0-9A-Za-z]{1,8}(-[0-9a-z]{1,8}){0,2}$/);
  const hex = fc.stringMatching(/^[0-9A-Fa-f]{16}([0-9A-Fa-f]{24})?$/);
  const platform = fc.record({ os: fc.constantFrom(...KNOWN_OS), arch: fc.constantFrom(...KNOWN_ARCH) });
  const entry = fc.record(
    {
      provider: name.filter((text) => !/^terraform-/i.test(text)),
      namespace: name,
      platforms: fc.uniqueArray(platform, {
        minLength: 1,
        maxLength: 5,
        selector: ({ os, arch }) => `${os}_${arch}`,
      }),
      hostname: fc.constantFrom('registry.opentofu.org', 'Example.COM', 'localhost:8080', 'example.com:443'),
      version: fc.oneof(fc.constant('latest'), constraintText),
      'gpg-key-id': hex,
      retain: fc.array(constraintText, { maxLength: 3 }),
      destinations: fc.uniqueArray(fc.stringMatching(/^[a-z][0-9a-z-]{0,8}[0-9a-z]$/), {
        minLength: 1,
        maxLength: 3,
      }),
      'allow-other-version-names': fc.boolean(),
      policy: fc.record(
        {
          'minimum-age': fc.constantFrom('0d', '36h', '2w'),
          'minimum-age-exempt': fc.array(fc.constantFrom('*/*', '*/*/*')),
          'require-approval': fc.constantFrom('never', 'major', 'minor', 'all'),
          recalled: fc.array(
            fc.record({
              provider: fc.constant('*/*'),
              versions: constraintText,
              reason: fc.constant('withdrawn'),
              delete: fc.boolean(),
            }),
            { maxLength: 2 },
          ),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['provider', 'namespace', 'platforms'] },
  );

  it('means the same alone, in an array and beside destinations', () => {
    fc.assert(
      fc.property(entry, (config) => {
        const { destinations: named, ...plain } = config;
        const [inArray, ...others] = parse([plain]);
        expect(others).toEqual([]);
        expect(parse(plain)).toEqual([{ ...inArray, path: '$' }]);
        const destinations = (named ?? ['any']).map((name, index) => ({
          name,
          kind: 'network-mirror',
          location: `./${index}`,
        }));
        expect(parse({ destinations, providers: [config] })).toEqual([
          { ...inArray, path: '$.providers[0]', destinations: named },
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses any JSON value with problems, or reads it; nothing else is thrown', () => {
    const near = fc.oneof(
      fc.jsonValue(),
      entry,
      fc.record({ provider: fc.jsonValue(), platforms: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(near, (value) => {
        let problems: readonly Problem[] | undefined;
        try {
          parse([value]);
        } catch (error) {
          problems = error instanceof SyncError && error.code === 'ConfigInvalid' ? error.problems : [];
        }
        expect(problems).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
