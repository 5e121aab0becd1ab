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
    ...vectors.refused
      // Here "latest" has a meaning, and a pattern cannot tell how large a number is.
      .filter((text) => text !== 'latest' && !/\d{16}/.test(text))
      .map((text): [string, unknown] => [`version ${JSON.stringify(text)}`, { ...AWS, version: text }]),
  ])('refuses %s, as the parser does', (_, config) => {
    expect(isAccepted(config)).toBe(false);
    expect(validate(config)).toBe(false);
  });
});
