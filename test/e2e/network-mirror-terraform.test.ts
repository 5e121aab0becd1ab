import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3MirrorStore } from '../../src/adapters/aws/s3-mirror-store.ts';
import { createFolderMirrorStore } from '../../src/adapters/folder/mirror-store.ts';
import { readEvidence } from '../../src/adapters/network-mirror/documents.ts';
import { createNetworkMirror } from '../../src/adapters/network-mirror/network-mirror.ts';
import { mirrorBlock, PUBLIC_HOSTS } from '../../src/domain/catalogue/client-blocks.ts';
import { makeLoopbackCertificate } from '../../src/embedded/mirror-server/certificate.ts';
import { startMirrorServer } from '../../src/embedded/mirror-server/server.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { MirrorStore } from '../../src/ports/mirror-store.ts';
import { mirrorClientFor } from '../adapters/aws/mirror-subjects.ts';
import { deliver } from '../contract/destination-releases.ts';
import { fixedClock } from '../fakes/clock.ts';
import { startHttpServer } from '../support/http-server.ts';
import { CLIENTS } from '../support/programs.ts';
import { type StrictS3, startStrictS3 } from '../support/strict-s3.ts';
import { DARWIN, LINUX, WINDOWS } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { INIT, runTerraform } from '../support/terraform-run.ts';
import { verifiedProviderOf } from '../support/verified-provider.ts';

const temporaryFolder = temporaryFolders();
const ADDRESS = 'registry.terraform.io/acme/anvil';
const VERSIONS = ['1.0.0', '1.1.0+b1'] as const;

/** Terraform leaves its default registry's name out, which to OpenTofu is one like any other. */
const withoutHost = (output: string) => output.replaceAll('registry.terraform.io/acme/', 'acme/');

interface Served {
  /** With the slash at the end. */
  readonly url: string;
  readonly certificate: string;
  close(): Promise<void>;
}

/** What a bucket behind CloudFront or a VPC endpoint does: the object's bytes and its own type. */
async function serveBucket(s3: StrictS3): Promise<Served> {
  const { certificate, privateKey } = makeLoopbackCertificate(new Date());
  const server = await startHttpServer(
    (request, response) => {
      const [path = ''] = (request.url ?? '').split('?');
      const found = s3.objects.get(`bucket/mirror${decodeURIComponent(path)}`);
      response.writeHead(found === undefined ? 404 : 200, found?.headers);
      response.end(request.method === 'HEAD' ? undefined : found?.bytes);
    },
    { key: privateKey, cert: certificate },
  );
  return { url: `${server.url}/`, certificate, close: () => server.close() };
}

describe.skipIf(CLIENTS.every(({ absent }) => absent))('a network mirror and', { timeout: 120_000 }, () => {
  let folder: string;
  let s3: StrictS3;
  let served: Readonly<Record<'folder' | 'bucket', Served>>;
  /** The hashes of SHA256SUMS and of the two platforms mirrored, as a lock file may hold them. */
  let hashes: readonly string[];
  const servers: (() => PromiseLike<unknown>)[] = [];
  const folders: string[] = [];

  beforeAll(async () => {
    folder = join(tmpdir(), `provider-sync-mirror-${process.pid}`);
    folders.push(folder);
    s3 = await startStrictS3();
    const bucket = createS3MirrorStore({ s3: mirrorClientFor(s3.url), bucket: 'bucket', prefix: 'mirror' });
    const clock = fixedClock(new Date());
    const key = await makeSigningKey({ name: 'Acme' });
    const stores: readonly MirrorStore[] = [createFolderMirrorStore(folder), bucket];
    for (const version of VERSIONS) {
      const platforms = [LINUX, DARWIN, WINDOWS];
      const release = await makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms, key });
      const provider = await verifiedProviderOf(release, { platforms: [LINUX, DARWIN] });
      for (const store of stores) {
        await deliver(createNetworkMirror({ name: 'mirror', store, clock }), provider);
      }
    }
    const stored = await readFile(join(folder, ADDRESS, '1.0.0.evidence/evidence.json'));
    const packages = Object.values(readEvidence(stored)?.packages ?? {});
    const sums = await readFile(join(folder, ADDRESS, '1.0.0.evidence/SHA256SUMS'), 'utf8');
    const listed = [...sums.matchAll(/^[0-9a-f]{64}/gm)].map(([digest]) => `zh:${digest}`);
    hashes = [...listed, ...packages.map(({ installedH1 }) => installedH1 ?? '')].toSorted();
    const mirror = await startMirrorServer({
      folder,
      port: 0,
      now: new Date(),
      onError: () => undefined,
    });
    served = { folder: mirror, bucket: await serveBucket(s3) };
    servers.push(
      () => mirror.close(),
      () => served.bucket.close(),
      () => s3[Symbol.asyncDispose](),
    );
  });
  afterAll(async () => {
    await Promise.all(servers.map((close) => close()));
    await Promise.all(folders.map((each) => rm(each, { recursive: true, force: true })));
  });

  const installing = (version: string) => ({ anvil: { source: ADDRESS, version } });

  for (const { client, program, absent } of CLIENTS) {
    describe.skipIf(absent)(`a real ${client}`, () => {
      async function overHttps(kind: 'folder' | 'bucket', version: string, work: string) {
        const { url, certificate } = served[kind];
        const pem = `${work}.pem`;
        await writeFile(pem, certificate);
        return {
          folder: work,
          program,
          cliConfig: mirrorBlock(url, PUBLIC_HOSTS),
          providers: installing(version),
          certificate: pem,
        };
      }

      it('installs from the folder by filesystem_mirror, and takes nothing else there for a package', async () => {
        const work = join(await temporaryFolder(), 'work');
        const cliConfig = `provider_installation {\n  filesystem_mirror {\n    path = "${folder}"\n  }\n}`;
        const run = { folder: work, program, cliConfig, providers: installing('>= 1.0.0') };
        const { code, output } = await runTerraform(INIT, run);
        expect(withoutHost(output)).toContain('Installed acme/anvil v1.1.0+b1');
        expect(code).toBe(0);
      });

      it.each(['folder', 'bucket'] as const)(
        'installs over https from the %s under the original address, and locks the installed h1',
        async (kind) => {
          const work = join(await temporaryFolder(), 'work');
          const { code, output } = await runTerraform(INIT, await overHttps(kind, '1.0.0', work));
          expect(withoutHost(output)).toContain('Installed acme/anvil v1.0.0 (verified checksum)');
          expect(code).toBe(0);
          const lock = await readFile(join(work, '.terraform.lock.hcl'), 'utf8');
          expect(lock).toContain(`provider "${ADDRESS}"`);
          const locked = lock.match(/h1:[^"]+/g) ?? [];
          expect(locked).toHaveLength(1);
          expect(hashes).toEqual(expect.arrayContaining(locked));
        },
      );

      it.each(['folder', 'bucket'] as const)(
        'is content, read-only, with a lock file of every zh and h1: from the %s',
        async (kind) => {
          const work = join(await temporaryFolder(), 'work');
          const run = await overHttps(kind, '1.0.0', work);
          await runTerraform(['version'], run);
          const lines = hashes.map((hash) => `    "${hash}",\n`).join('');
          const lock = `provider "${ADDRESS}" {\n  version     = "1.0.0"\n  constraints = "1.0.0"\n  hashes = [\n${lines}  ]\n}\n`;
          await writeFile(join(work, '.terraform.lock.hcl'), lock);
          const { code, output } = await runTerraform([...INIT, '-lockfile=readonly'], run);
          expect(output).not.toContain('Warning');
          expect(output).toContain(`${client} has been successfully initialized`);
          expect(code).toBe(0);
          expect(await readFile(join(work, '.terraform.lock.hcl'), 'utf8')).toBe(lock);
        },
      );

      it.each(['folder', 'bucket'] as const)(
        'installs a version with build metadata from the %s',
        async (kind) => {
          const work = join(await temporaryFolder(), 'work');
          const { code, output } = await runTerraform(INIT, await overHttps(kind, '1.1.0+b1', work));
          expect(withoutHost(output)).toContain('Installed acme/anvil v1.1.0+b1');
          expect(code).toBe(0);
        },
      );

      it('says that a version which is not mirrored does not exist', async () => {
        const work = join(await temporaryFolder(), 'work');
        const { code, output } = await runTerraform(INIT, await overHttps('folder', '2.0.0', work));
        expect(output).toContain('no available releases match');
        expect(code).not.toBe(0);
      });

      it('refuses a package in whose place another one lies', async () => {
        const path = join(folder, ADDRESS, 'terraform-provider-anvil_1.0.0_linux_amd64.zip');
        const bytes = await readFile(path);
        try {
          await copyFile(path.replace('linux_amd64', 'darwin_arm64'), path);
          const work = join(await temporaryFolder(), 'work');
          const { code, output } = await runTerraform(INIT, await overHttps('folder', '1.0.0', work));
          expect(output).toContain("doesn't match");
          expect(code).not.toBe(0);
        } finally {
          await writeFile(path, bytes);
        }
      });
    });
  }
});
