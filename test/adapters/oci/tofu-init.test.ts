import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOciMirror } from '../../../src/adapters/oci/oci-mirror.ts';
import { parseRepositoryTemplate } from '../../../src/domain/delivery/repository-template.ts';
import { formatPlatform, type Platform } from '../../../src/domain/provider/platform.ts';
import { makeLoopbackCertificate } from '../../../src/embedded/mirror-server/certificate.ts';
import { makeSampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import type { VerifiedProvider } from '../../../src/ports/destination.ts';
import { deliver } from '../../contract/destination-releases.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { NO_CREDENTIALS, PATH } from '../../support/oci/mirror-subject.ts';
import { REGISTRY, startRealRegistry } from '../../support/oci/real-registry.ts';
import { startStandInRegistry } from '../../support/oci/stand-in-registry.ts';
import { TOFU } from '../../support/programs.ts';
import { DARWIN, LINUX } from '../../support/sync-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { INIT, runTerraform } from '../../support/terraform-run.ts';
import { verifiedProviderOf } from '../../support/verified-provider.ts';

const ADDRESS = 'registry.opentofu.org/acme/anvil';
const HERE: Platform = {
  os: process.platform === 'win32' ? 'windows' : process.platform,
  arch: process.arch === 'x64' ? 'amd64' : process.arch,
};

const temporaryFolder = temporaryFolders();

async function releaseOf(version: string): Promise<VerifiedProvider> {
  const key = await makeSigningKey({ name: 'Acme' });
  const platforms = [LINUX, DARWIN, HERE].filter(
    (platform, index, all) =>
      all.findIndex((each) => formatPlatform(each) === formatPlatform(platform)) === index,
  );
  const release = await makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms, key });
  return await verifiedProviderOf(release, { hostname: 'registry.opentofu.org' });
}

/** A registry over https, filled with the releases; what `tofu init` said and the lock file that it wrote. */
async function initFrom(
  start: (tls: { certificate: string; privateKey: string }) => Promise<{ host: string } & AsyncDisposable>,
  releases: readonly VerifiedProvider[],
  constraint: string,
) {
  const tls = makeLoopbackCertificate(new Date());
  await using registry = await start(tls);
  await using http = testHttpClient('destination', { caBundle: tls.certificate });
  const template = parseRepositoryTemplate(`${registry.host}/${PATH}`);
  if ('problem' in template) throw new Error(template.problem);
  const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
  const mirror = createOciMirror({ name: 'oci', template, http, credentials: NO_CREDENTIALS, clock });
  for (const release of releases) expect(await deliver(mirror, release)).toBe('publish');
  const folder = await temporaryFolder();
  const certificate = join(folder, 'certificate.pem');
  await writeFile(certificate, tls.certificate);
  const { code, output } = await runTerraform(INIT, {
    ...(TOFU === undefined ? {} : { program: TOFU }),
    folder: join(folder, 'work'),
    cliConfig: `provider_installation {
  oci_mirror {
    repository_template = "${template.text}"
    include             = ["registry.opentofu.org/*/*"]
  }
}`,
    providers: { anvil: { source: 'acme/anvil', version: constraint } },
    certificate,
  });
  const lock = await readFile(join(folder, 'work/.terraform.lock.hcl'), 'utf8').catch(() => '');
  return { code, output, lock };
}

describe.skipIf(TOFU === undefined)('tofu init from an OCI mirror', () => {
  const standIn = async ({ certificate, privateKey }: { certificate: string; privateKey: string }) =>
    await startStandInRegistry({ tls: { key: privateKey, cert: certificate } });
  const registries = [
    { name: 'the stand-in registry', start: standIn, here: true },
    {
      name: 'a real registry (distribution 3)',
      start: async (tls: { certificate: string; privateKey: string }) =>
        await startRealRegistry(REGISTRY ?? '', tls),
      here: REGISTRY !== undefined,
    },
  ];

  for (const { name, start, here } of registries) {
    it.skipIf(!here)(`installs under the original address and locks the zip's digest: ${name}`, async () => {
      const [older, newer] = [await releaseOf('1.0.0'), await releaseOf('1.1.0+b.1')];
      const { code, output, lock } = await initFrom(start, [older, newer], '>= 1.0.0');
      expect(output).toContain('Installed acme/anvil v1.1.0+b.1');
      expect(code).toBe(0);
      const own = newer.files.find(({ platform }) => formatPlatform(platform) === formatPlatform(HERE));
      expect(lock).toContain(`provider "${ADDRESS}"`);
      expect(lock).toContain(`"zh:${own?.sha256}"`);
    });
  }

  it('finds no version that is not there', async () => {
    const { code, output } = await initFrom(standIn, [await releaseOf('1.0.0')], '2.0.0');
    expect(output).toContain('no available releases match the given constraints 2.0.0');
    expect(code).not.toBe(0);
  });
});
