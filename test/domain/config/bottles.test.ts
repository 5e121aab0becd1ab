import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { AWS, problemsOf } from './configs.ts';

const BOTTLES = {
  formulae: ['jq', 'openssl@3', 'libsigc++@2'],
  tags: ['arm64_tahoe', 'x86_64_linux'],
  destination: 's3://acme-homebrew/',
};

const read = (config: unknown) => parseConfig(JSON.stringify(config));
const withBottles = (keys: object) => ({ bottles: { ...BOTTLES, ...keys } });

describe('bottles of a config', () => {
  it('need formulae, tags and a destination, and no providers', () => {
    expect(read({ bottles: BOTTLES })).toEqual({
      providers: [],
      destinations: undefined,
      policy: undefined,
      bottles: {
        path: '$.bottles',
        formulae: ['jq', 'openssl@3', 'libsigc++@2'],
        dependencies: true,
        tags: ['arm64_tahoe', 'x86_64_linux'],
        destination: { scheme: 's3', bucket: 'acme-homebrew', prefix: '' },
        apiGenerations: ['internal', 'formula'],
        keepSnapshots: 30,
        sizeThresholdBytes: 1e9,
        minimumAge: undefined,
        allowMissing: [],
        recalled: [],
      },
    });
  });

  it('may say everything, and stand beside providers', () => {
    const { bottles, providers } = read({
      providers: [AWS],
      ...withBottles({
        dependencies: false,
        destination: './homebrew',
        'api-generations': ['formula'],
        'keep-snapshots': 7,
        'size-threshold': '512MiB',
        'minimum-age': '3d',
        'allow-missing': ['jq'],
        'recalled-formulae': [
          { formula: 'xz', version: '5.6.1', reason: ' backdoor ' },
          { formula: 'jq', reason: 'bad' },
        ],
      }),
    });
    expect(providers).toHaveLength(1);
    expect(bottles).toMatchObject({
      dependencies: false,
      destination: { scheme: 'folder', path: 'homebrew' },
      apiGenerations: ['formula'],
      keepSnapshots: 7,
      sizeThresholdBytes: 512 * 2 ** 20,
      minimumAge: { text: '3d', milliseconds: 259_200_000 },
      allowMissing: ['jq'],
      recalled: [
        { formula: 'xz', version: '5.6.1', reason: 'backdoor', by: undefined },
        { formula: 'jq', version: undefined, reason: 'bad', by: undefined },
      ],
    });
  });

  it('may have an empty array of providers beside them', () => {
    expect(read({ bottles: BOTTLES, providers: [] }).providers).toEqual([]);
  });

  it.each([
    ['1GB', 1e9],
    ['500 MB', 5e8],
    ['2TiB', 2 ** 41],
    ['7B', 7],
    ['1KB', 1000],
  ])('read the size %s as %i bytes', (size, bytes) => {
    expect(read(withBottles({ 'size-threshold': size })).bottles?.sizeThresholdBytes).toBe(bytes);
  });

  it.each<[unknown, string, string, string]>([
    [{ bottles: 'jq' }, '$.bottles', 'is a text, not an object.', 'Write an object with "formulae"'],
    [
      { bottles: { formulae: ['jq'], tags: ['tahoe'] } },
      '$.bottles.destination',
      'is missing',
      's3://acme-homebrew',
    ],
    [withBottles({ formulas: ['jq'] }), '$.bottles.formulas', 'is unknown', 'the keys are formulae'],
    [withBottles({ snapshots: 3 }), '$.bottles.snapshots', 'is unknown', 'Did you mean "keep-snapshots"?'],
    [
      withBottles({ 'recalled-formulae': [{ formula: 'jq' }] }),
      '$.bottles["recalled-formulae"][0].reason',
      'is missing',
      'withdrawn upstream',
    ],
    [
      withBottles({ 'recalled-formulae': ['jq'] }),
      '$.bottles["recalled-formulae"][0]',
      'not an object',
      '"formula": "jq"',
    ],
    [withBottles({ formulae: [] }), '$.bottles.formulae', 'is empty', 'Write ["jq"].'],
    [
      withBottles({ formulae: ['jq', 'homebrew/core/Git'] }),
      '$.bottles.formulae[1]',
      'is not a formula',
      'Write "git".',
    ],
    [withBottles({ formulae: ['../jq'] }), '$.bottles.formulae[0]', 'is not a formula', 'brew install'],
    [withBottles({ formulae: ['jq', 'git', 'jq'] }), '$.bottles.formulae[2]', 'stands already', 'Remove it.'],
    [
      withBottles({ tags: ['arm64_tahoo'] }),
      '$.bottles.tags[0]',
      'is not a tag',
      'Did you mean "arm64_tahoe"?',
    ],
    [withBottles({ tags: ['linux'] }), '$.bottles.tags[0]', 'is not a tag', 'Did you mean "x86_64_linux"?'],
    [withBottles({ tags: ['all'] }), '$.bottles.tags[0]', 'is not a tag', 'such as "arm64_tahoe"'],
    [withBottles({ destination: 'gs://x' }), '$.bottles.destination', 'neither an s3://', 'BUCKET/PREFIX'],
    [
      withBottles({ 'api-generations': ['fromula'] }),
      '$.bottles["api-generations"][0]',
      'generation',
      'mean "formula"?',
    ],
    [
      withBottles({ 'keep-snapshots': 0 }),
      '$.bottles["keep-snapshots"]',
      'The value 0 is too small.',
      'Write 30.',
    ],
    [withBottles({ 'keep-snapshots': 1e6 }), '$.bottles["keep-snapshots"]', 'is too large.', 'Write 30.'],
    [withBottles({ 'keep-snapshots': '7' }), '$.bottles["keep-snapshots"]', 'is a text, not a', 'Write 30.'],
    [
      withBottles({ 'keep-snapshots': 1.5 }),
      '$.bottles["keep-snapshots"]',
      'not a whole number',
      'Write 30.',
    ],
    [withBottles({ 'size-threshold': '1 giga' }), '$.bottles["size-threshold"]', 'is not a size', '"1GB"'],
    [withBottles({ 'minimum-age': '3' }), '$.bottles["minimum-age"]', 'is not a length of time', '"7d"'],
    [
      withBottles({ 'allow-missing': ['JQ'] }),
      '$.bottles["allow-missing"][0]',
      'is not a formula',
      'Write "jq".',
    ],
    [{ bottles: BOTTLES, providers: AWS }, '$.providers', 'not an array', 'Write [{'],
  ])('%j are told at %s: %s %s', (config, path, message, fix) => {
    expect(problemsOf(config).filter((problem) => problem.path === path)).toEqual([
      { path, line: 1, message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
    ]);
  });
});
