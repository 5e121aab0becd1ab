import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  archiveOf,
  readArchives,
  readEvidence,
  readIndex,
  writeArchives,
  writeIndex,
} from '../../../src/adapters/network-mirror/documents.ts';
import {
  addressOfKey,
  entryOf,
  layoutOf,
  packageOfUrl,
  packageUrl,
} from '../../../src/adapters/network-mirror/layout.ts';
import { parseSha256, type Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

const ADDRESS = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
const SHA256 = parseSha256('ab'.repeat(32)) as Sha256;
const H1 = `h1:${'A'.repeat(43)}=`;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bytes = (value: string) => Buffer.from(value);

describe('index.json', () => {
  it('is written with two blanks, versions in order and each once, and no line end', () => {
    expect(text(writeIndex(['1.10.0', '1.2.0', '1.2.0']))).toBe(
      '{\n  "versions": {\n    "1.10.0": {},\n    "1.2.0": {}\n  }\n}',
    );
    expect(text(writeIndex([]))).toBe('{\n  "versions": {}\n}');
  });

  it.each([
    ['{"versions":{"1.0.0":{},"2.0.0":null},"more":1}', ['1.0.0', '2.0.0']],
    ['{"versions":{}}', []],
    ['{"versions":[]}', undefined],
    ['{}', undefined],
    ['not JSON', undefined],
    ['\u{FEFF}{"versions":{}}', undefined],
  ])('%s is read as %j', (document, expected) => {
    expect(readIndex(bytes(document))).toEqual(expected);
  });
});

describe('VERSION.json', () => {
  it('has platforms in order, hashes before url, and zh before h1', () => {
    const archives = {
      linux_amd64: archiveOf('b.zip', SHA256, H1),
      darwin_arm64: archiveOf('a+b.zip', SHA256, undefined),
    };
    expect(text(writeArchives(archives))).toBe(`{
  "archives": {
    "darwin_arm64": {
      "hashes": [
        "zh:${SHA256}"
      ],
      "url": "a%2Bb.zip"
    },
    "linux_amd64": {
      "hashes": [
        "zh:${SHA256}",
        "${H1}"
      ],
      "url": "b.zip"
    }
  }
}`);
    expect(readArchives(writeArchives(archives))).toEqual(archives);
  });

  it.each(['{"archives":[]}', '{"archives":{"linux_amd64":{}}}', '{', ''])('%s is none', (document) => {
    expect(readArchives(bytes(document))).toBeUndefined();
  });
});

const folder = sharedVectors('mirrors/network');

describe.skipIf(folder === undefined)('documents as real clients wrote them', () => {
  const file = (name: string) => readFileSync(join(folder ?? '', name));

  it('an index is the same, byte for byte', () => {
    const written = file('terraform-1.11.4.providers-mirror.index.json');
    expect(text(writeIndex(readIndex(written) ?? []))).toBe(text(written));
  });

  it.each([
    'terraform-1.11.4.providers-mirror.3.6.0.json',
    'opentofu-1.10.6.providers-mirror.3.6.0.json',
    'opentofu-1.12.6.providers-mirror.3.6.0.json',
  ])('%s is the same, byte for byte', (name) => {
    expect(text(writeArchives(readArchives(file(name)) ?? {}))).toBe(text(file(name)).trimEnd());
  });
});

describe('evidence.json', () => {
  it.each(['{}', '[]', '{"format":2}', 'x'])('%s is none', (document) => {
    expect(readEvidence(bytes(document))).toBeUndefined();
  });
});

describe('the layout', () => {
  it('keeps what clients read in the provider’s folder and the evidence in one of its own', () => {
    const folder = 'registry.terraform.io/acme/anvil/';
    expect(layoutOf(ADDRESS, '1.0.0+b1')).toEqual({
      folder,
      index: `${folder}index.json`,
      document: `${folder}1.0.0+b1.json`,
      documentTwin: `${folder}1.0.0 b1.json`,
      shasums: `${folder}1.0.0+b1.evidence/SHA256SUMS`,
      signature: `${folder}1.0.0+b1.evidence/SHA256SUMS.sig`,
      signingKey: `${folder}1.0.0+b1.evidence/signing-key.asc`,
      evidence: `${folder}1.0.0+b1.evidence/evidence.json`,
    });
  });

  it.each([
    ['index.json', { kind: 'index' }],
    ['1.0.0.json', { kind: 'document', version: '1.0.0' }],
    ['1.0.0 b1.json', { kind: 'document', version: '1.0.0+b1' }],
    ['1.0.0.evidence/SHA256SUMS', { kind: 'evidence', version: '1.0.0' }],
    ['terraform-provider-anvil_1.0.0_linux_amd64.zip', { kind: 'package', version: '1.0.0' }],
    ['terraform-provider-other_1.0.0_linux_amd64.zip', { kind: 'other' }],
    ['1.0.0/linux_amd64/terraform-provider-anvil', { kind: 'other' }],
    ['notes.txt', { kind: 'other' }],
  ])('%s is %j', (rest, expected) => {
    expect(entryOf(ADDRESS, rest)).toEqual(expected);
  });

  it.each([
    ['a_1.0.0+b1_linux_amd64.zip', 'a_1.0.0%2Bb1_linux_amd64.zip'],
    ['a_1.0.0_linux_amd64.zip', 'a_1.0.0_linux_amd64.zip'],
  ])('%s stands in a document as %s', (name, url) => {
    expect(packageUrl(name)).toBe(url);
    expect(packageOfUrl(url)).toBe(name);
  });

  it.each(['../a.zip', '..%2Fa.zip', 'https://h/a.zip', '/a.zip', 'a%.zip', 'a.tar', 'a.zip?x'])(
    'the link %s leads to no package of the folder',
    (url) => {
      expect(packageOfUrl(url)).toBeUndefined();
    },
  );

  it.each([
    ['registry.terraform.io/acme/anvil/index.json', ADDRESS],
    ['registry.terraform.io/acme/anvil', undefined],
    ['registry.terraform.io/Acme/anvil/index.json', undefined],
    ['../acme/anvil/index.json', undefined],
  ])('the key %s belongs to %j', (key, expected) => {
    expect(addressOfKey(key)).toEqual(expected);
  });
});
