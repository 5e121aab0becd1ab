import { describe, expect, it } from 'vitest';
import { parseSha256 } from '../../../src/domain/artifact/sha256.ts';
import { isSyncError } from '../../../src/domain/errors.ts';
import { remarkOnPackageName } from '../../../src/domain/integrity/package-name.ts';
import { parseAddress } from '../../../src/domain/provider/address.ts';
import { sharedJsonLines } from '../../support/shared-vectors.ts';
import { versionOf } from '../../support/sync-world.ts';

interface OddRelease {
  readonly source: string;
  readonly version: string;
  readonly targets: readonly {
    readonly os: string;
    readonly arch: string;
    readonly filename: string;
    readonly shasum: string;
  }[];
}

const oddReleases = sharedJsonLines<OddRelease>('registry', 'odd_packages.jsonl');

function remarksOn(
  { source, version, targets }: OddRelease,
  allowOtherVersionNames: boolean,
): readonly string[] {
  const address = addressOf(source);
  return targets.flatMap(({ os, arch, filename: text, shasum }) => {
    const sha256 = parseSha256(shasum);
    if (sha256 === undefined) throw new Error(`${shasum} is no digest`);
    const filename = text.split('/').at(-1) ?? text;
    const pkg = { platform: { os, arch }, filename, sha256 };
    return remarkOnPackageName(pkg, address, versionOf(version), { allowOtherVersionNames }) ?? [];
  });
}

function addressOf(source: string) {
  const address = parseAddress(source);
  if (address === undefined) throw new Error(`${source} is no address`);
  return address;
}

function judge(filename: string, version: string, source: string): string {
  const sha256 = parseSha256('a'.repeat(64));
  if (sha256 === undefined) throw new Error('no digest');
  const pkg = { platform: { os: 'linux', arch: 'amd64' }, filename, sha256 };
  try {
    return remarkOnPackageName(pkg, addressOf(source), versionOf(version)) ?? 'accepted';
  } catch (error) {
    if (isSyncError(error)) return error.code;
    throw error;
  }
}

describe('the name of a package', () => {
  it.each([
    ['the usual form', 'terraform-provider-null_3.7.2_linux_amd64.zip', '3.7.2', 'accepted'],
    ['a v in front', 'terraform-provider-null_v3.7.2_linux_amd64.zip', '3.7.2', 'accepted'],
    [
      'fewer numbers for the same version',
      'terraform-provider-null_3.7_linux_amd64.zip',
      '3.7.0',
      'accepted',
    ],
    ['other build metadata', 'terraform-provider-null_3.7.2_linux_amd64.zip', '3.7.2+meta', 'accepted'],
    ['capitals', 'Terraform-Provider-Null_3.7.2_linux_amd64.zip', '3.7.2', 'accepted'],
    ['an arch that no config names', 'terraform-provider-null_3.7.2_linux_armv6.zip', '3.7.2', 'accepted'],
    ['an os that no config names', 'terraform-provider-null_3.7.2_haiku_amd64.zip', '3.7.2', 'accepted'],
    ['a form of its own', 'null-3.6.0.zip', '3.7.2', 'accepted'],
    ['more before it', 'my-terraform-provider-random_3.6.0_linux_amd64.zip', '3.7.2', 'accepted'],
    ['more behind it', 'terraform-provider-random_3.6.0_linux_amd64.zip.zst', '3.7.2', 'accepted'],
    ['an older version', 'terraform-provider-null_3.6.0_linux_amd64.zip', '3.7.2', 'PackageVersionMismatch'],
    ['a newer version', 'terraform-provider-null_3.8.0_linux_amd64.zip', '3.7.2', 'PackageVersionMismatch'],
    [
      'a prerelease of it',
      'terraform-provider-null_3.7.2-rc1_linux_amd64.zip',
      '3.7.2',
      'PackageVersionMismatch',
    ],
    [
      'an older version with a v',
      'terraform-provider-null_v3.6.0_linux_amd64.zip',
      '3.7.2',
      'PackageVersionMismatch',
    ],
    [
      'another platform',
      'terraform-provider-null_3.7.2_darwin_arm64.zip',
      '3.7.2',
      'UpstreamResponseInvalid',
    ],
    [
      'another provider',
      'terraform-provider-random_3.7.2_linux_amd64.zip',
      '3.7.2',
      'UpstreamResponseInvalid',
    ],
  ])('of %s', (_, filename, version, verdict) => {
    expect(judge(filename, version, 'hashicorp/null')).toBe(verdict);
  });
});

describe.skipIf(oddReleases.length === 0)(
  'the 102 releases with odd package names of a public registry',
  () => {
    const ofAnotherVersion = [
      'hashicorp/nomad 1.4.1',
      'hashicorp/nomad 1.4.2',
      'opentofu/nomad 1.4.1',
      'opentofu/nomad 1.4.2',
    ];
    const name = ({ source, version }: OddRelease) => `${source} ${version}`;

    it('are accepted but for two, each listed under two addresses, whose files are of later versions', () => {
      const refused = oddReleases.filter((release) => {
        try {
          remarksOn(release, false);
          return false;
        } catch (error) {
          return isSyncError(error) && error.code === 'PackageVersionMismatch';
        }
      });
      expect(oddReleases).toHaveLength(102);
      expect(refused.map(name).toSorted()).toEqual(ofAnotherVersion);
    });

    it('are all accepted where the config allows it, and those of another version remarked upon', () => {
      const remarked = oddReleases.filter((release) => remarksOn(release, true).length > 0);
      expect(remarked.map(name).toSorted()).toEqual(ofAnotherVersion);
    });
  },
);
