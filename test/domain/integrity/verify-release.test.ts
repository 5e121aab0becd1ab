import { beforeAll, describe, expect, it } from 'vitest';
import { parseSha256, type Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { isSyncError } from '../../../src/domain/errors.ts';
import { checkPackageDigest } from '../../../src/domain/integrity/package-digest.ts';
import { type ReleaseInput, verifyRelease } from '../../../src/domain/integrity/verify-release.ts';
import type { RegistryPackage } from '../../../src/domain/provider/release.ts';
import { parseVersion } from '../../../src/domain/provider/version.ts';
import { armored, signDetached } from '../../support/pgp/signatures.ts';
import { keyIdOf, published, throwawayKey } from '../../support/pgp/throwaway-keys.ts';

const LINUX = sha('1');
const DARWIN = sha('2');
const LINUX_ZIP = 'terraform-provider-sample_1.0.0_linux_amd64.zip';
const DARWIN_ZIP = 'terraform-provider-sample_1.0.0_darwin_arm64.zip';

let key: Awaited<ReturnType<typeof throwawayKey>>;
beforeAll(async () => {
  key = await throwawayKey();
});

function sha(digit: string): Sha256 {
  const digest = parseSha256(digit.repeat(64));
  if (digest === undefined) throw new Error(`${digit} is no hex digit`);
  return digest;
}

function registryPackage(overrides: Partial<RegistryPackage> = {}): RegistryPackage {
  return {
    platform: { os: 'linux', arch: 'amd64' },
    filename: LINUX_ZIP,
    shasum: LINUX,
    protocols: ['5.0'],
    downloadUrl: 'https://x.test/linux.zip',
    shasumsUrl: 'https://x.test/SHA256SUMS',
    shasumsSignatureUrl: 'https://x.test/SHA256SUMS.sig',
    signingKeys: [published(key)],
    ...overrides,
  };
}

const darwin = (overrides: Partial<RegistryPackage> = {}) =>
  registryPackage({
    platform: { os: 'darwin', arch: 'arm64' },
    filename: DARWIN_ZIP,
    shasum: DARWIN,
    ...overrides,
  });

async function release(packages: readonly RegistryPackage[], text?: string): Promise<ReleaseInput> {
  const version = parseVersion('1.0.0');
  if (version === undefined) throw new Error('1.0.0 is no version');
  const lines = text ?? `${LINUX}  ${LINUX_ZIP}\n${DARWIN}  ${DARWIN_ZIP}\n${sha('3')}  manifest.json\n`;
  const shasums = new TextEncoder().encode(lines);
  return {
    address: { hostname: 'registry.terraform.io', namespace: 'acme', type: 'sample' },
    version,
    packages,
    shasums,
    signature: await signDetached(key, shasums),
    pinnedKeyId: undefined,
    now: new Date('2026-06-01T00:00:00Z'),
  };
}

async function refusal(input: ReleaseInput): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await verifyRelease(input);
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('The release was accepted');
}

describe('verifyRelease', () => {
  it('lists every check that ran, in the order of the reference client', async () => {
    const input = { ...(await release([registryPackage(), darwin()])), pinnedKeyId: keyIdOf(key) };
    const { evidence } = await verifyRelease(input);
    expect(evidence.checks.map(({ check, subject, passed }) => [check, subject, passed])).toEqual([
      ['shasums-line-equals-registry-shasum', 'linux_amd64', true],
      ['shasums-line-equals-registry-shasum', 'darwin_arm64', true],
      ['signature-over-shasums', 'registry.terraform.io/acme/sample 1.0.0', true],
      ['signed-by-pinned-key', keyIdOf(key), true],
    ]);
    expect(evidence.signedBy?.keyId).toBe(keyIdOf(key));
    expect(evidence.checks[0]?.detail).toBe(
      `SHA256SUMS and the registry give ${LINUX_ZIP} the SHA-256 ${LINUX}`,
    );
  });

  it('takes a platform that the registry was not asked for by its line in SHA256SUMS, without a check of its own', async () => {
    const platform = { os: 'darwin', arch: 'arm64' };
    const input = { ...(await release([registryPackage()])), listed: [{ platform, filename: DARWIN_ZIP }] };
    const { files, evidence } = await verifyRelease(input);
    expect(files[1]).toEqual({ platform, filename: DARWIN_ZIP, sha256: DARWIN });
    expect(evidence.checks.map(({ subject }) => subject)).not.toContain('darwin_arm64');
    const { code, message } = await refusal({ ...input, listed: [{ platform, filename: 'other.zip' }] });
    expect([code, message]).toEqual([
      'ShasumsEntryMissing',
      'SHA256SUMS of registry.terraform.io/acme/sample 1.0.0 has no line for "other.zip".',
    ]);
  });

  it('refuses a release of which the registry names no package, and so no key', async () => {
    expect(await refusal(await release([]))).toMatchObject({ code: 'SigningKeyUnknown' });
  });

  it('gives the packages asked for, the exact signed bytes and the signing key', async () => {
    const input = await release([darwin()]);
    const verified = await verifyRelease(input);
    expect(verified.files).toEqual([
      { platform: { os: 'darwin', arch: 'arm64' }, filename: DARWIN_ZIP, sha256: DARWIN },
    ]);
    expect(verified.shasums).toBe(input.shasums);
    expect(verified.shasumsSignature).toBe(input.signature);
    expect(verified.signingKey).toMatchObject({ keyId: keyIdOf(key) });
  });

  it('hands an armored signature on in binary form', async () => {
    const input = await release([registryPackage()]);
    const { shasumsSignature } = await verifyRelease({ ...input, signature: await armored(input.signature) });
    expect(Buffer.from(shasumsSignature).equals(input.signature)).toBe(true);
  });

  it('takes the union of the protocols that platforms disagree on', async () => {
    const packages = [registryPackage({ protocols: ['6.0'] }), darwin({ protocols: ['5.1', '6.0'] })];
    expect((await verifyRelease(await release(packages))).protocols).toEqual(['5.0', '6.0']);
  });

  it('takes the last segment of a whole URL for a file name that SHA256SUMS must list', async () => {
    for (const scheme of ['https', 'http', 'HTTPS']) {
      const filename = `${scheme}://x.test/releases/${LINUX_ZIP}?signature=secret`;
      const { files } = await verifyRelease(await release([registryPackage({ filename })]));
      expect(files[0]?.filename).toBe(LINUX_ZIP);
    }
  });

  it.each([
    ['a URL whose last segment SHA256SUMS does not list', 'https://x.test/other.zip', 'ShasumsEntryMissing'],
    ['a URL that ends in a folder', 'https://x.test/releases/', 'UpstreamResponseInvalid'],
    [
      'a URL with an encoded path in its last segment',
      'https://x.test/..%2Fother.zip',
      'ShasumsEntryMissing',
    ],
    ['a URL that is none', 'https://', 'UpstreamResponseInvalid'],
    ['a file URL', `file:///${LINUX_ZIP}`, 'UpstreamResponseInvalid'],
    ['a URL of another scheme', `view-source:https://x.test/${LINUX_ZIP}`, 'UpstreamResponseInvalid'],
    ['a path', `../${LINUX_ZIP}`, 'UpstreamResponseInvalid'],
    ['a Windows path', `..\\${LINUX_ZIP}`, 'UpstreamResponseInvalid'],
    ['a control character', `${LINUX_ZIP}\u{0}`, 'UpstreamResponseInvalid'],
    ['nothing', '', 'UpstreamResponseInvalid'],
    ['a name in other case', LINUX_ZIP.toUpperCase(), 'ShasumsEntryMissing'],
    ['a name that an object’s prototype has', 'constructor', 'ShasumsEntryMissing'],
  ])('refuses a file name that is %s', async (_, filename, code) => {
    expect(await refusal(await release([registryPackage({ filename })]))).toMatchObject({ code });
  });

  it('never repeats the query of a URL, which may be secret', async () => {
    const filename = 'https://x.test/releases/?signature=secret';
    const { message } = await refusal(await release([registryPackage({ filename })]));
    expect(message).toContain('"https://x.test/releases/"');
    expect(message).not.toContain('secret');
  });

  it('refuses one file for two platforms', async () => {
    const packages = [registryPackage(), darwin({ filename: LINUX_ZIP, shasum: LINUX })];
    const { code, message } = await refusal(await release(packages));
    expect(code).toBe('UpstreamResponseInvalid');
    expect(message).toContain('linux_amd64 and darwin_arm64');
  });

  it.each([
    ['another platform', 'terraform-provider-sample_1.0.0_darwin_arm64.zip'],
    ['another provider', 'terraform-provider-simple_1.0.0_linux_amd64.zip'],
  ])('refuses a signed package that is by its name of %s', async (_, filename) => {
    const { code, message } = await refusal(
      await release([registryPackage({ filename })], `${LINUX}  ${filename}\n`),
    );
    expect(code).toBe('UpstreamResponseInvalid');
    const parts = [filename, 'acme/sample 1.0.0 for linux_amd64', 'for another provider or platform'];
    for (const part of parts) expect(message).toContain(part);
  });

  it.each([
    ['with a "v" before the version', 'terraform-provider-sample_v1.0.0_linux_amd64.zip', 0],
    ['with a short version', 'terraform-provider-sample_1.0_linux_amd64.zip', 0],
    ['with a version that is none', 'terraform-provider-sample_final_linux_amd64.zip', 0],
    ['with a platform that Terraform does not know', 'terraform-provider-sample_1.0.0_linux_x64.zip', 0],
    ['of another form', 'sample.zip', 0],
  ])('accepts a package that is called a name %s', async (_, filename, remarks) => {
    const input = await release([registryPackage({ filename })], `${LINUX}  ${filename}\n`);
    const { evidence } = await verifyRelease(input);
    expect(evidence.remarks.filter((remark) => remark.includes(filename))).toHaveLength(remarks);
  });

  it('refuses an old release in a new version’s place, unless the config allows such names, and remarks on it then', async () => {
    const filename = 'terraform-provider-sample_0.9.0_linux_amd64.zip';
    const input = await release([registryPackage({ filename })], `${LINUX}  ${filename}\n`);
    const { code, message } = await refusal(input);
    expect(code).toBe('PackageVersionMismatch');
    const wanted = 'acme/sample 1.0.0 for linux_amd64';
    const found = 'version 0.9.0: another release may stand';
    for (const part of [filename, wanted, found, 'allow-other-version-names'])
      expect(message).toContain(part);
    const { evidence } = await verifyRelease({ ...input, allowOtherVersionNames: true });
    expect(evidence.remarks.filter((remark) => remark.includes(filename))).toHaveLength(1);
  });

  it('refuses a registry’s shasum that SHA256SUMS does not confirm, naming file, place and both digests', async () => {
    const { code, message } = await refusal(await release([registryPackage(), darwin({ shasum: LINUX })]));
    expect(code).toBe('ShasumMismatch');
    for (const part of ['acme/sample 1.0.0', 'darwin_arm64', DARWIN_ZIP, DARWIN, LINUX, 'cut again']) {
      expect(message).toContain(part);
    }
  });

  it('does not find a package by the line of sha256sum --binary, as the clients do not, and says why', async () => {
    const { code, message } = await refusal(await release([registryPackage()], `${LINUX} *${LINUX_ZIP}\n`));
    expect(code).toBe('ShasumsEntryMissing');
    expect(message).toContain('sha256sum --binary');
  });

  it('refuses a package that SHA256SUMS does not list', async () => {
    const { code, message } = await refusal(await release([darwin()], `${LINUX}  ${LINUX_ZIP}\n`));
    expect(code).toBe('ShasumsEntryMissing');
    expect(message).toMatch(new RegExp(`has no line for "${DARWIN_ZIP}"\\.$`));
  });

  it('looks at the sums before the signature', async () => {
    const input = await release([registryPackage({ shasum: DARWIN })]);
    expect(await refusal({ ...input, signature: new Uint8Array() })).toMatchObject({
      code: 'ShasumMismatch',
    });
  });

  it('refuses SHA256SUMS changed together with the registry’s shasum: the signature tells', async () => {
    const input = await release([registryPackage({ shasum: DARWIN })]);
    const shasums = new TextEncoder().encode(`${DARWIN}  ${LINUX_ZIP}\n`);
    expect(await refusal({ ...input, shasums })).toMatchObject({ code: 'SignatureInvalid' });
  });

  it('refuses a package whose own key list does not hold the signing key', async () => {
    const other = await throwawayKey();
    const packages = [registryPackage(), darwin({ signingKeys: [published(other)] })];
    expect(await refusal(await release(packages))).toMatchObject({ code: 'SigningKeyUnknown' });
  });

  it('refuses a signature by another key than the pinned one', async () => {
    const input = { ...(await release([registryPackage()])), pinnedKeyId: '0123456789ABCDEF' };
    expect(await refusal(input)).toMatchObject({ code: 'SigningKeyNotPinned' });
  });

  it('refuses a release that no private registry could describe', async () => {
    const input = await release([registryPackage({ protocols: ['1.0'] })]);
    expect(await refusal(input)).toMatchObject({ code: 'ProtocolsUnsupported' });
  });

  it('passes on that the signing key has expired', async () => {
    const expired = await throwawayKey({ expiresInDays: 500 });
    const input = await release([registryPackage({ signingKeys: [published(expired)] })]);
    const { evidence } = await verifyRelease({
      ...input,
      signature: await signDetached(expired, input.shasums),
    });
    expect(evidence.remarks).toEqual([expect.stringContaining('expired')]);
  });
});

describe('checkPackageDigest', () => {
  const pkg = { platform: { os: 'linux', arch: 'amd64' }, filename: LINUX_ZIP, sha256: LINUX };

  it('passes for the digest that SHA256SUMS lists', () => {
    const { detail, ...found } = checkPackageDigest(pkg, LINUX);
    expect(found).toEqual({ check: 'package-digest', subject: 'linux_amd64', passed: true });
    expect(detail).toContain(LINUX_ZIP);
  });

  it('fails for any other digest and names both', () => {
    const { passed, detail } = checkPackageDigest(pkg, DARWIN);
    expect(passed).toBe(false);
    expect(detail).toContain(LINUX);
    expect(detail).toContain(DARWIN);
  });
});
