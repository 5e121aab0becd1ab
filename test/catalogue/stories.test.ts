import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLoopbackCertificate } from '../../src/embedded/mirror-server/certificate.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { type Moto, motoIsHere, newBucket, runMoto } from '../adapters/aws/support.ts';
import { BUILT_COMMAND } from '../support/built-command.ts';
import { ensureBuiltPage } from '../support/catalogue/built-page.ts';
import { launchChromium, withoutBrowser } from '../support/catalogue/chromium.ts';
import { type WatchedPage, watchedPage } from '../support/catalogue/watched-page.ts';
import { providerSync } from '../support/command-process.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { sampleRegistry } from '../support/registries.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformIsHere } from '../support/terraform.ts';

const newFolder = temporaryFolders();
const INIT = terraformIsHere ? 'and terraform init passes' : 'with no terraform here to try them';
/** What terraform says, where there is one. */
const INSTALLED = terraformIsHere ? expect.stringContaining('Installed hashicorp/aws v6.1.0') : undefined;
const { certificate, privateKey } = makeLoopbackCertificate(new Date());

/** Somewhere to mirror to, and a web server before it that gives what lies there and adds nothing. */
interface Place {
  readonly location: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly server: TestServer;
}

describe.skipIf(withoutBrowser)('what people do with a catalogue', { timeout: 180_000 }, () => {
  let browser: Browser;
  let registry: Awaited<ReturnType<typeof sampleRegistry>>;

  beforeAll(async () => {
    const key = await makeSigningKey({ name: 'Acme' });
    const make = (namespace: string, type: string, version: string) =>
      makeSampleRelease({ namespace, type, version, platforms: [LINUX, DARWIN], key });
    [browser, registry] = await Promise.all([
      launchChromium(),
      sampleRegistry(
        await Promise.all([
          make('hashicorp', 'aws', '6.1.0'),
          make('hashicorp', 'random', '3.6.0'),
          make('acme', 'anvil', '1.0.0'),
        ]),
      ),
      ensureBuiltPage(),
    ]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), registry?.close()]);
  });

  async function inFolder(folder: string): Promise<Place> {
    const location = path.join(folder, 'mirror');
    const server = await serve(async (name) => {
      const bytes = await readFile(path.join(location, name)).catch(() => undefined);
      return bytes && { bytes, type: TYPES[path.extname(name)] ?? 'application/octet-stream' };
    });
    return { location, environment: {}, server };
  }

  /** Synchronizes with a config of its own; what it said. */
  async function sync(folder: string, place: Place, config: object): Promise<string> {
    const file = path.join(folder, 'config.json');
    const mirror = { name: 'mirror', kind: 'network-mirror', location: place.location, catalogue: true };
    await writeFile(file, JSON.stringify({ destinations: [mirror], ...config }));
    const environment = { XDG_STATE_HOME: path.join(folder, 'state'), ...place.environment };
    const { code, stdout, stderr } = await providerSync(['sync', file, '--registry', registry.url], {
      environment,
    });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('was not written')]);
    return stdout;
  }

  async function opened(place: Place): Promise<WatchedPage> {
    const watched = await watchedPage(browser, {
      ignoreHTTPSErrors: true,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    // A bucket knows no folder's index.
    await watched.page.goto(`${place.server.url}/catalogue/index.html`);
    await watched.page.locator('tbody tr').first().waitFor();
    return watched;
  }

  /** A developer finds aws, copies what the page has for it, pastes it into files, and runs terraform. */
  async function developerFindsAws(folder: string, place: Place): Promise<string | undefined> {
    await sync(folder, place, {
      providers: ['aws', 'random'].map((provider) => ({
        provider,
        namespace: 'hashicorp',
        platforms: [LINUX, DARWIN],
      })),
    });
    await using watched = await opened(place);
    const { page, requested, complaints } = watched;
    await page.getByLabel('Search providers').fill('aws');
    await page.getByRole('link', { name: 'hashicorp/aws' }).click();
    await page.locator('#section-write').waitFor();
    const [module, client, lock] = [
      await copied(page, 'required-providers'),
      await copied(page, 'client'),
      await copied(page, 'lock'),
    ];
    expect(module).toContain('source  = "hashicorp/aws"');
    expect(client).toContain(`"${place.server.url}/"`);
    expect(lock).toContain('provider "registry.terraform.io/hashicorp/aws"');
    expect(requested.filter((url) => !url.startsWith(`${place.server.url}/catalogue/`))).toEqual([]);
    expect(complaints).toEqual([]);
    return terraformIsHere
      ? await terraformInit(path.join(folder, 'module'), { module, client, lock })
      : undefined;
  }

  it(`a developer finds aws in a folder, copies the blocks, ${INIT}`, async () => {
    const folder = await newFolder();
    const place = await inFolder(folder);
    try {
      expect(await developerFindsAws(folder, place)).toEqual(INSTALLED);
    } finally {
      await place.server.close();
    }
  });

  it('an engineer finds what is held, runs the command, and the page says so after the next sync', async () => {
    const folder = await newFolder();
    const place = await inFolder(folder);
    const config = {
      policy: { 'require-approval': 'all' },
      providers: [{ provider: 'anvil', namespace: 'acme', platforms: [LINUX] }],
    };
    await sync(folder, place, config);
    await using watched = await opened(place);
    const { page, complaints } = watched;
    await page.getByRole('link', { name: 'What happened' }).click();
    const held = page.locator('#section-held .card');
    await held.waitFor();
    expect(await held.innerText()).toMatch(/acme\/anvil[^]* 1\.0\.0\s[^]*needs approval/);
    await held.getByRole('button', { name: /^Copy the command/ }).click();
    const command = await clipboard(page);
    expect(await shell(folder, command.replace('…', 'Read the notes; needed for OPS-7'))).toContain(
      'is approved by',
    );
    await sync(folder, place, config);
    await page.reload();
    await page.getByText('Nothing is held').waitFor();
    await page.getByRole('link', { name: 'Providers' }).first().click();
    await page.getByRole('link', { name: 'acme/anvil' }).click();
    await page.locator('#section-evidence').waitFor();
    expect(await page.locator('.title').innerText()).toContain('available');
    const evidence = await page.locator('#section-evidence').innerText();
    expect(evidence).toContain('A person approved it');
    expect(evidence).toContain('Read the notes; needed for OPS-7');
    expect(complaints).toEqual([]);
  });

  describe.skipIf(!motoIsHere)('from what was written to S3, in moto (needs Python and pip)', () => {
    let moto: Moto;
    beforeAll(async () => {
      moto = await runMoto();
    }, 120_000);
    afterAll(() => moto?.close());

    it(`a developer finds aws, copies the blocks, ${INIT}`, async () => {
      const folder = await newFolder();
      const bucket = await newBucket(moto.clients);
      // The objects' own types: a bucket's reader is told no other.
      const server = await serve(async (name) => {
        const wanted = { Bucket: bucket, Key: `mirror/${name}` };
        const found = await moto.clients.s3.send(new GetObjectCommand(wanted)).catch(() => undefined);
        const bytes = await found?.Body?.transformToByteArray();
        return bytes && { bytes, type: found?.ContentType ?? '' };
      });
      const environment = {
        AWS_ENDPOINT_URL_S3: moto.url,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      };
      try {
        const place = { location: `s3://${bucket}/mirror`, environment, server };
        expect(await developerFindsAws(folder, place)).toEqual(INSTALLED);
      } finally {
        await server.close();
      }
    });
  });
});

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

type Read = (name: string) => Promise<{ readonly bytes: Uint8Array; readonly type: string } | undefined>;

/** Over https: Terraform reads no mirror without. */
async function serve(read: Read): Promise<TestServer> {
  return await startHttpServer(
    async (request, response) => {
      const [wanted = ''] = (request.url ?? '').split('?');
      const found = await read(decodeURIComponent(wanted.slice(1)));
      response.writeHead(found === undefined ? 404 : 200, {
        'content-type': found?.type ?? 'text/plain',
        'x-content-type-options': 'nosniff',
      });
      response.end(found?.bytes);
    },
    { key: privateKey, cert: certificate },
  );
}

/** What the copy button of a snippet puts on the clipboard. */
async function copied(page: Page, snippet: string): Promise<string> {
  await page.evaluate('navigator.clipboard.writeText("")');
  await page.locator(`[data-snippet="${snippet}"]`).getByRole('button', { name: /^Copy/ }).click();
  return await clipboard(page);
}

async function clipboard(page: Page): Promise<string> {
  await expect.poll(() => page.evaluate<string>('navigator.clipboard.readText()')).not.toBe('');
  return await page.evaluate<string>('navigator.clipboard.readText()');
}

interface Pasted {
  readonly module: string;
  readonly client: string;
  readonly lock: string;
}

/** A real `terraform init` with exactly these files, the lock file not to be changed; rejects when it fails. */
async function terraformInit(folder: string, { module, client, lock }: Pasted): Promise<string> {
  await mkdir(folder, { recursive: true });
  const rc = path.join(folder, 'terraformrc');
  const pem = path.join(folder, 'certificate.pem');
  await writeFile(path.join(folder, 'main.tf'), module);
  await writeFile(path.join(folder, '.terraform.lock.hcl'), lock);
  await writeFile(rc, client);
  await writeFile(pem, certificate);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TF_CLI_CONFIG_FILE: rc,
    SSL_CERT_FILE: pem,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
  };
  const args = ['init', '-no-color', '-input=false', '-backend=false', '-lockfile=readonly'];
  const { stdout } = await promisify(execFile)('terraform', args, { cwd: folder, env, timeout: 120_000 });
  return stdout;
}

/** Runs a line as it was copied, `provider-sync` being the one of these sources. */
async function shell(folder: string, line: string): Promise<string> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(
    path.join(bin, 'provider-sync'),
    `#!/bin/sh\nexec "${process.execPath}" "${BUILT_COMMAND}" "$@"\n`,
  );
  await chmod(path.join(bin, 'provider-sync'), 0o755);
  const env = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: folder,
    XDG_STATE_HOME: path.join(folder, 'state'),
  };
  const { stdout } = await promisify(execFile)('sh', ['-c', line], { env });
  return stdout;
}
