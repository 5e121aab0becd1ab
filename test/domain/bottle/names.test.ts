import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import {
  blobKeyOf,
  bottleFilenameOf,
  imageOf,
  isFormulaName,
  isRef,
  manifestKeyOf,
  pkgVersionOf,
  refNameOf,
  refOf,
} from '../../../src/domain/bottle/names.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

interface NamingCase {
  readonly name: string;
  readonly version: string;
  readonly revision: number;
  readonly rebuild: number;
  readonly tag: string;
  readonly pkg_version: string;
  readonly ghcr_image: string;
  readonly manifest_url: string;
  readonly cache_filename: string;
}

// The rules of Homebrew's github_packages.rb and bottle.rb, one case each.
const OWN: readonly NamingCase[] = [
  {
    name: 'tool',
    version: '1.0',
    revision: 0,
    rebuild: 0,
    tag: 'all',
    pkg_version: '1.0',
    ghcr_image: 'tool',
    manifest_url: 'tool/manifests/1.0',
    cache_filename: 'tool--1.0.all.bottle.tar.gz',
  },
  {
    name: 'tool@3',
    version: '3.2',
    revision: 1,
    rebuild: 2,
    tag: 'tahoe',
    pkg_version: '3.2_1',
    ghcr_image: 'tool/3',
    manifest_url: 'tool/3/manifests/3.2_1-2',
    cache_filename: 'tool@3--3.2_1.tahoe.bottle.2.tar.gz',
  },
  {
    name: 'libtool++@2',
    version: '2',
    revision: 0,
    rebuild: 1,
    tag: 'arm64_linux',
    pkg_version: '2',
    ghcr_image: 'libtoolxx/2',
    manifest_url: 'libtoolxx/2/manifests/2-1',
    cache_filename: 'libtool++@2--2.arm64_linux.bottle.1.tar.gz',
  },
];

const folder = sharedVectors('homebrew');
const known =
  folder === undefined
    ? []
    : (JSON.parse(readFileSync(join(folder, 'url_rules.json'), 'utf8')) as { cases: NamingCase[] }).cases;

describe('names of bottles', () => {
  it.each([...OWN, ...known])('of $name $version $revision $rebuild are as brew makes them', (row) => {
    expect(pkgVersionOf(row)).toBe(row.pkg_version);
    expect(imageOf(row.name)).toBe(row.ghcr_image);
    expect(`https://ghcr.io/${manifestKeyOf(imageOf(row.name), refOf(row))}`.endsWith(row.manifest_url)).toBe(
      true,
    );
    expect(bottleFilenameOf(row.name, row, row.tag)).toBe(row.cache_filename);
    const rebuild = row.rebuild > 0 ? `.${row.rebuild}` : '';
    expect(refNameOf(row, row.tag)).toBe(`${row.pkg_version}.${row.tag}${rebuild}`);
  });

  it.skipIf(folder === undefined)('have been compared with those of real formulae', () => {
    expect(known.length).toBeGreaterThan(5);
  });

  it('of a blob is the path of its URL', () => {
    expect(blobKeyOf('tool/3', 'ab'.repeat(32) as Sha256)).toBe(
      `v2/homebrew/core/tool/3/blobs/sha256:${'ab'.repeat(32)}`,
    );
  });

  it.each([
    '..',
    '../etc',
    'a/b',
    'tool@../x',
    'tool@',
    '',
    'Tool',
    'a b',
    'a'.repeat(200),
    'tool\n',
    '.tool',
  ])('that cannot stand in a path are none of a formula: %j', (name) =>
    expect(isFormulaName(name)).toBe(false),
  );

  it.each(['1.0+git', '1~rc', '..', '', '-1', 'a'.repeat(129)])(
    'that no registry could hold are no ref: %j',
    (ref) => expect(isRef(ref)).toBe(false),
  );
});
