import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../../src/domain/catalogue/form/overview.ts';
import type { Pointer } from '../../src/domain/catalogue/form/pointer.ts';
import type { ProviderDetail } from '../../src/domain/catalogue/form/provider.ts';
import { whatToWrite } from '../../src/domain/catalogue/what-to-write.ts';
import { startMirrorServer } from '../../src/embedded/mirror-server/server.ts';
import { startEmbeddedRegistry } from '../../src/embedded/private-registry/server.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { runInProcess } from '../support/command-line.ts';
import { CLIENTS } from '../support/programs.ts';
import { sampleRegistry } from '../support/registries.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { runClient } from '../support/terraform-run.ts';

const TOKEN = 'catalogue-test-token';

const newFolder = temporaryFolders();

/** A catalogue of a private registry and a mirror on this machine, as a sync has written it beside the mirror. */
async function world(folder: string) {
  const key = await makeSigningKey({ name: 'Acme' });
  const make = (version: string) =>
    makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms: [LINUX, DARWIN], key });
  const upstream = await sampleRegistry(await Promise.all(['1.0.0', '1.1.0'].map(make)));
  const registry = await startEmbeddedRegistry({
    dataDir: join(folder, 'registry'),
    organization: 'acme-corp',
    token: TOKEN,
  });
  const mirror = join(folder, 'mirror');
  const config = join(folder, 'config.json');
  const provider = { provider: 'anvil', namespace: 'acme', platforms: [LINUX, DARWIN] };
  const destinations = [
    { name: 'registry', kind: 'private-registry' },
    { name: 'mirror', kind: 'network-mirror', location: mirror, catalogue: true },
  ];
  await writeFile(config, JSON.stringify({ destinations, providers: [provider] }));
  const environment = { TFC_ADDRESS: registry.url, TFC_ORGANIZATION: 'acme-corp', TFC_TOKEN: TOKEN };
  const synced = await runInProcess(['sync', config, '--registry', upstream.url], environment);
  expect(synced).toMatchObject({ code: 0 });
  const served = await startMirrorServer({ folder: mirror, port: 0, now: new Date(), onError: () => {} });
  const read = async <T>(path: string) =>
    JSON.parse(await readFile(join(mirror, 'catalogue', path), 'utf8')) as T;
  const { overview: path } = await read<Pointer>('catalogue.json');
  const overview = await read<Overview>(path);
  const detail = await read<ProviderDetail>(overview.providers[0]?.detail ?? '');
  return {
    overview,
    detail,
    served,
    close: async () => {
      await Promise.all([upstream.close(), registry.close(), served.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

for (const { client, program, absent } of CLIENTS) {
  describe.skipIf(absent)(
    `what the catalogue tells a user of ${client} to write`,
    { timeout: 120_000 },
    () => {
      let place: Awaited<ReturnType<typeof world>>;
      beforeAll(async () => {
        place = await world(await mkdtemp(join(tmpdir(), 'provider-sync-what-')));
      });
      afterAll(async () => await place?.close());

      it.each([
        { from: 'registry', client: 'client' },
        { from: 'mirror', client: 'client' },
        { from: 'mirror', client: 'client-folder' },
      ])('installs from the $from by the $client block, and takes the lock entry as it is', async (asked) => {
        const { overview, detail, served } = place;
        const destination = overview.destinations.find(({ name }) => name === asked.from);
        const [version] = detail.versions;
        if (destination === undefined || version === undefined)
          throw new Error('The catalogue lacks something.');
        const { snippets } = whatToWrite({
          tool: client === 'Terraform' ? 'terraform' : 'tofu',
          address: detail.address,
          version: version.version,
          packages: version.packages,
          destination,
          base: `${served.url}catalogue/`,
        });
        const text = (id: string) => snippets.find((snippet) => snippet.id === id)?.text ?? '';
        const folder = join(await newFolder(), 'work');
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, '.terraform.lock.hcl'), `${text('lock')}\n`);
        const certificate = join(folder, 'mirror.pem');
        await writeFile(certificate, served.certificate);
        const { code, output } = await runClient(
          ['init', '-no-color', '-input=false', '-backend=false', '-lockfile=readonly'],
          {
            folder,
            module: text('required-providers'),
            cliConfig: text(asked.client),
            certificate,
            program,
            environment: { TF_TOKEN_localhost: TOKEN },
          },
        );
        expect(output).toMatch(/Installed [\w./-]*acme[\w./-]*\/anvil v1\.1\.0/);
        expect(code).toBe(0);
        // Nothing was added to it: what was told is all that the client wants.
        expect(await readFile(join(folder, '.terraform.lock.hcl'), 'utf8')).toBe(`${text('lock')}\n`);
      });
    },
  );
}
