import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parseShasums } from '../../../src/domain/integrity/shasums.ts';
import { verifyShasumsSignature } from '../../../src/domain/integrity/verify-signature.ts';
import { formatPlatform } from '../../../src/domain/provider/platform.ts';
import { makeSampleRelease, type SampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import {
  type PackageContents,
  sha256Of,
  syntheticContents,
  zipContents,
} from '../../../src/embedded/sample-registry/package-contents.ts';
import { sampleReleases } from '../../../src/embedded/sample-registry/sample-releases.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { bytesOf } from '../../support/registries.ts';

const LINUX = { os: 'linux', arch: 'amd64' };
const NOW = new Date('2025-01-01T00:00:00Z');

const read = (contents: PackageContents, start = 0, end = contents.size): Promise<Buffer> =>
  bytesOf(contents.read(start, end));

const verify = (release: SampleRelease) =>
  verifyShasumsSignature({
    shasums: release.shasums,
    signature: release.signature,
    keys: release.signingKeys.map(({ keyId, asciiArmor }) => ({
      claimedKeyId: keyId,
      asciiArmor,
      source: undefined,
    })),
    now: NOW,
    subject: 'sample',
  });

describe('a sample release', () => {
  it.each([
    ['an ed25519 key', {}],
    ['an RSA key', { algorithm: 'rsa' }],
    ['a subkey', { signingSubkey: true }],
  ] as const)('signed by %s verifies under the primary key', async (_what, options) => {
    const key = await makeSigningKey(options);
    const input = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms: [LINUX], key };
    const release = await makeSampleRelease(input);
    expect((await verify(release)).signedBy.keyId).toBe(key.keyId);
    expect(key.signingKeyId === key.keyId).toBe(!('signingSubkey' in options));
    const shortId = key.signingKeyId.slice(8);
    expect(release.signatureFilename).toBe(`terraform-provider-anvil_1.0.0_SHA256SUMS.${shortId}.sig`);
  });

  it('lists the digest of each package and of the manifest in SHA256SUMS', async () => {
    const key = await makeSigningKey();
    const platforms = [LINUX, { os: 'windows', arch: 'amd64' }];
    const input = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms, key };
    const release = await makeSampleRelease(input);
    const { entries } = parseShasums(release.shasums);
    expect([...entries.keys()]).toEqual([
      'terraform-provider-anvil_1.0.0_linux_amd64.zip',
      'terraform-provider-anvil_1.0.0_windows_amd64.zip',
      'terraform-provider-anvil_1.0.0_manifest.json',
    ]);
    for (const { filename, contents, sha256 } of release.packages) {
      const digest = createHash('sha256')
        .update(await read(contents))
        .digest('hex');
      expect([sha256, entries.get(filename)]).toEqual([digest, digest]);
    }
  });

  it('holds one executable script under the name that Terraform looks for', async () => {
    const files = unzipSync(await read(zipContents('anvil', '1.0.0', LINUX)));
    expect(Object.keys(files)).toEqual(['terraform-provider-anvil_v1.0.0']);
    expect(new TextDecoder().decode(files['terraform-provider-anvil_v1.0.0'])).toMatch(/^#!\/bin\/sh\n/);
  });

  it('has the same bytes each time it is made, in any time zone', async () => {
    // The digest of a package that another machine made.
    expect(await sha256Of(zipContents('anvil', '1.0.0', LINUX))).toBe(
      'fbd40c958410f29f99741de6899ceecca6b5d9aa5e76a78969bfc98360f528a4',
    );
  });
});

describe('synthetic contents', () => {
  it('give the same bytes whether read whole or in parts', async () => {
    const size = 2_500_000;
    const contents = syntheticContents(size, 'seed');
    const whole = await read(contents);
    expect(whole.length).toBe(size);
    const at = fc.nat(size);
    await fc.assert(
      fc.asyncProperty(at, at, async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        return whole.subarray(start, end).equals(await read(contents, start, end));
      }),
      { numRuns: 20 },
    );
  });

  it('differ from seed to seed and not from time to time', async () => {
    const digest = (seed: string) => sha256Of(syntheticContents(10_000, seed));
    expect(await digest('a')).toBe(await digest('a'));
    expect(await digest('a')).not.toBe(await digest('b'));
  });
});

describe('the sample releases', () => {
  it('offer what the demo needs, all of it signed', async () => {
    const releases = await sampleReleases();
    expect(releases.map(({ namespace, type, version }) => `${namespace}/${type} ${version}`)).toEqual([
      'acme/anvil 1.0.0',
      'acme/anvil 1.1.0',
      'acme/anvil 1.2.0',
      'acme/anvil 2.0.0-beta1',
      'acme/rocket 0.9.0',
      'acme/rocket 1.0.0',
      'globex/weather 3.1.0',
      'globex/weather 3.2.0',
      'initech/stapler 0.4.2',
    ]);
    for (const release of releases) expect((await verify(release)).signedBy.revoked).toBe(false);
    const rocket = releases.find(({ type, version }) => type === 'rocket' && version === '0.9.0');
    const platforms = rocket?.packages.map(({ platform }) => formatPlatform(platform));
    expect(platforms).toContain('linux_arm64');
    expect(platforms).not.toContain('darwin_arm64');
  });
});
