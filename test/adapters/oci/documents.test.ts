import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  contentOf,
  descriptorOf,
  EMPTY_CONFIG,
  evidenceContents,
  platformManifest,
  providerIndex,
} from '../../../src/adapters/oci/documents.ts';
import { tagOf, versionOfTag } from '../../../src/adapters/oci/tags.ts';
import { parseSha256 } from '../../../src/domain/artifact/sha256.ts';
import type { ReleasePackage } from '../../../src/domain/provider/release.ts';
import { contractReleases } from '../../contract/destination-releases.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';
import { versionOf } from '../../support/sync-world.ts';

function packageOf(os: string, arch: string, sha256: string): ReleasePackage {
  const digest = parseSha256(sha256);
  if (digest === undefined) throw new Error('No digest.');
  return {
    platform: { os, arch },
    filename: `terraform-provider-random_3.6.0_${os}_${arch}.zip`,
    sha256: digest,
  };
}

const LINUX = packageOf('linux', 'amd64', 'b86aacf8b70ee2e6626d1d22a2787a4603e9630152ebdec3bc5dacb65f665fa2');
const DARWIN = packageOf(
  'darwin',
  'arm64',
  'a2bf92db1128d3d89d8ac0848a4a764b75ded220af70841399f0a5321a860ef7',
);
const SIZE = 209_900;

describe.skipIf(sharedVectors('mirrors/oci') === undefined)(
  'documents that a real client has installed from',
  () => {
    const vector = (name: string): Buffer => readFileSync(join(sharedVectors('mirrors/oci') ?? '', name));

    it.each([
      ['empty-config.json', () => EMPTY_CONFIG],
      ['manifest-linux_amd64.json', () => platformManifest(LINUX, SIZE)],
      ['manifest-darwin_arm64.json', () => platformManifest(DARWIN, SIZE)],
      [
        'index.json',
        () =>
          providerIndex(
            [LINUX, DARWIN].map((pkg) => descriptorOf(pkg.platform, platformManifest(pkg, SIZE))),
          ),
      ],
    ])('%s comes out byte for byte', (name, make) => {
      const bytes = vector(name);
      expect(Buffer.from(make().bytes).toString()).toBe(bytes.toString());
      expect(make().digest).toBe(contentOf(bytes).digest);
    });

    it('the evidence has the form of the one that was installed beside', async () => {
      const { first } = await contractReleases();
      const { manifest, descriptor } = evidenceContents(first);
      const made = JSON.parse(Buffer.from(manifest.bytes).toString());
      const tried = JSON.parse(vector('evidence-manifest.json').toString());
      expect(Object.keys(made).slice(0, 5)).toEqual(Object.keys(tried));
      expect(made.config).toEqual(tried.config);
      const { manifests } = JSON.parse(vector('index-with-evidence.json').toString());
      expect(Object.keys(descriptor)).toEqual(Object.keys(manifests[2]));
    });
  },
);

describe('tags', () => {
  it.each([
    ['3.6.0', '3.6.0'],
    ['1.0.0-beta.1', '1.0.0-beta.1'],
    ['3.6.0+b1', '3.6.0_b1'],
    ['1.0.0-rc1+build.5', '1.0.0-rc1_build.5'],
  ])('%s is tagged %s and read back', (version, tag) => {
    expect(tagOf(versionOf(version))).toBe(tag);
    expect(versionOfTag(tag)?.canonical).toBe(version);
  });

  it.each(['latest', 'v3.9.0', '3.9', '3', '03.6.0', '3.6.0+b1', '_3.6.0_linux_amd64', 'sha256-abc.sig', ''])(
    '%j is no version of ours',
    (tag) => {
      expect(versionOfTag(tag)).toBeUndefined();
    },
  );

  it('tags the exact version, however short it was written', () => {
    expect(tagOf(versionOf('3.6'))).toBe('3.6.0');
  });

  it('refuses a version that no tag can hold', () => {
    const long = versionOf(`1.0.0-${'a'.repeat(130)}`);
    expect(() => tagOf(long)).toThrow('128 characters');
  });
});
