import { describe, expect, it } from 'vitest';
import {
  formatAddress,
  parseAddress,
  parseHostname,
  parseNamespace,
  parseType,
  sameAddress,
} from '../../../src/domain/provider/address.ts';
import { sharedJsonLines, sharedVectors } from '../../support/shared-vectors.ts';

describe('parseAddress', () => {
  it.each([
    ['hashicorp/aws', 'registry.terraform.io/hashicorp/aws'],
    ['HashiCorp/AWS', 'registry.terraform.io/hashicorp/aws'],
    ['registry.opentofu.org/hashicorp/google-beta', 'registry.opentofu.org/hashicorp/google-beta'],
    ['Registry.Example.com:443/a/b', 'registry.example.com/a/b'],
    ['localhost:8080/a/b', 'localhost:8080/a/b'],
    ['127.0.0.1:8080/1password/2', '127.0.0.1:8080/1password/2'],
  ])('reads %s as %s', (text, address) => {
    const parsed = parseAddress(text);
    expect(parsed && formatAddress(parsed)).toBe(address);
  });

  it.each([
    '',
    'aws',
    'a/b/c/d',
    '/aws',
    'hashicorp/',
    'a_b/c',
    'a/c_d',
    'a--b/c',
    '-a/c',
    'a/c-',
    'a.b/c',
    'a/c.d',
    'a b/c',
    'é/b',
    'a/terraform-provider-aws',
    'a/terraform-aws',
    'https://example.com/a/b',
    'example.com:70000/a/b',
    'example.com:0/a/b',
    'ex_ample.com/a/b',
    '-example.com/a/b',
    'example..com/a/b',
    `${'a'.repeat(65)}/b`,
    `${'a.'.repeat(127)}a/b/c`,
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('tells addresses apart by every part', () => {
    const base = { hostname: 'h', namespace: 'n', type: 't' };
    expect(sameAddress(base, { ...base })).toBe(true);
    for (const key of ['hostname', 'namespace', 'type']) {
      expect(sameAddress(base, { ...base, [key]: 'x' })).toBe(false);
    }
  });

  it.skipIf(!sharedVectors('registry'))('reads the address of every real provider as it stands', () => {
    const lists = sharedJsonLines<{ source: string }>('registry', 'versions.jsonl').filter(
      // One line names its provider by three parts, none of them a hostname.
      ({ source }) => source.split('/').length === 2,
    );
    expect(lists.length).toBeGreaterThan(200);
    for (const { source } of lists) {
      const parsed = parseAddress(source);
      expect(parsed && formatAddress(parsed)).toBe(`registry.terraform.io/${source}`);
    }
  });
});

describe('what is said of a wrong name', () => {
  it.each([
    [parseType, 'terraform-provider-aws', 'Write "aws".'],
    [parseType, 'Terraform-AWS', 'Write "aws".'],
    [parseType, 'hashicorp/aws', 'Write "provider": "aws" and "namespace": "hashicorp".'],
    [
      parseType,
      'registry.opentofu.org/hashicorp/aws',
      'Write "provider": "aws" and "namespace": "hashicorp", with "hostname": "registry.opentofu.org".',
    ],
    [parseType, 'aws_old', 'Write letters and digits, with single dashes between them, such as "aws".'],
    [parseNamespace, '', 'Write letters and digits, with single dashes between them, such as "hashicorp".'],
    [parseNamespace, 'a'.repeat(65), 'Shorten it.'],
    [parseHostname, 'https://registry.opentofu.org/', 'Write "registry.opentofu.org".'],
    [parseHostname, 'HTTPS://user:pw@Example.com/v1', 'Write a hostname such as "registry.terraform.io"'],
    [parseHostname, 'registry.opentofu.org/', 'Write "registry.opentofu.org".'],
    [parseHostname, ' registry.opentofu.org', 'Write "registry.opentofu.org".'],
    [parseHostname, 'registry_one', 'Write a hostname such as "registry.terraform.io"'],
  ])('%o of %j: %s', (parse, text, fix) => {
    expect(parse(text)).toEqual({ problem: expect.any(String), fix: expect.stringContaining(fix) });
  });
});
