import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/embedded/http-server/listen.ts';
import type { SampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { sampleReleases } from '../../../src/embedded/sample-registry/sample-releases.ts';
import { CLIENTS } from '../../support/programs.ts';
import {
  embeddedRegistry,
  ORGANIZATION,
  publishRelease,
  sampleRegistry,
  type TestRegistry,
} from '../../support/registries.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { TERRAFORM_HOST, terraformInit } from '../../support/terraform.ts';

const temporaryFolder = temporaryFolders();

describe.skipIf(CLIENTS.every(({ absent }) => absent))('a real init', () => {
  let releases: readonly SampleRelease[];
  let source: RunningServer & AsyncDisposable;
  let registry: TestRegistry;

  beforeAll(async () => {
    releases = await sampleReleases();
    source = await sampleRegistry(releases);
    registry = await embeddedRegistry();
    for (const release of releases) await publishRelease(registry, release);
  });
  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const embedded = () => ({
    providersUrl: `${registry.url}/api/registry/v1/providers/`,
    token: registry.token,
  });

  for (const { client, program, absent } of CLIENTS) {
    describe.skipIf(absent)(`of ${client}`, () => {
      it('installs from the embedded registry, whoever signed and however', async () => {
        const folder = await temporaryFolder();
        const output = await terraformInit({
          program,
          ...embedded(),
          folder,
          providers: {
            anvil: { source: `${ORGANIZATION}/anvil`, version: '~> 1.1.0' },
            weather: { source: `${ORGANIZATION}/weather`, version: '>= 3.0.0' },
            stapler: { source: `${ORGANIZATION}/stapler`, version: '0.4.2' },
          },
        });
        expect(output).toContain(`${client} has been successfully initialized`);
        const lock = await readFile(join(folder, 'work/.terraform.lock.hcl'), 'utf8');
        for (const [type, version] of [
          ['anvil', '1.1.0'],
          ['weather', '3.2.0'],
          ['stapler', '0.4.2'],
        ]) {
          expect(lock).toContain(
            `provider "${TERRAFORM_HOST}/${ORGANIZATION}/${type}" {\n  version     = "${version}"`,
          );
        }
      });

      it('is refused by the embedded registry without the token', async () => {
        const providers = { anvil: { source: `${ORGANIZATION}/anvil`, version: '1.0.0' } };
        const init = terraformInit({
          ...embedded(),
          program,
          token: 'wrong',
          folder: await temporaryFolder(),
          providers,
        });
        await expect(init).rejects.toMatchObject({
          stderr: expect.stringContaining('authentication credentials') as string,
        });
      });

      it('installs from the sample registry, by relative and by absolute links', async () => {
        const output = await terraformInit({
          program,
          folder: await temporaryFolder(),
          providersUrl: `${source.url}/catalog/providers/`,
          providers: {
            anvil: { source: 'acme/anvil', version: '2.0.0-beta1' },
            weather: { source: 'globex/weather', version: '3.2.0' },
          },
        });
        expect(output).toContain('Installed registry.example.com/acme/anvil v2.0.0-beta1');
        expect(output).toContain('Installed registry.example.com/globex/weather v3.2.0');
      });
    });
  }
});
