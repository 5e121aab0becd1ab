import { describe, expect, it } from 'vitest';
import { parseSha256 } from '../../../src/domain/artifact/sha256.ts';
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

function remarksOn({ source, version, targets }: OddRelease): readonly string[] {
  const address = parseAddress(source);
  if (address === undefined) throw new Error(`${source} is no address`);
  return targets.flatMap(({ os, arch, filename: text, shasum }) => {
    const sha256 = parseSha256(shasum);
    if (sha256 === undefined) throw new Error(`${shasum} is no digest`);
    const filename = text.split('/').at(-1) ?? text;
    const platform = { os, arch };
    return remarkOnPackageName({ platform, filename, sha256 }, address, versionOf(version)) ?? [];
  });
}

describe.skipIf(oddReleases.length === 0)('the packages with odd names of a public registry', () => {
  it('are all accepted, and those of another version remarked upon', () => {
    const remarked = oddReleases.filter((release) => remarksOn(release).length > 0);
    expect(remarked.map(({ source, version }) => `${source} ${version}`).toSorted()).toEqual([
      'hashicorp/nomad 1.4.1',
      'hashicorp/nomad 1.4.2',
      'opentofu/nomad 1.4.1',
      'opentofu/nomad 1.4.2',
    ]);
  });
});
