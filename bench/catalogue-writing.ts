// npm run bench -- --only catalogue: what the data weighs, and how long it takes to gather and to write.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createCatalogueStore } from '../src/adapters/catalogue/catalogue-in-store.ts';
import { createFolderMirrorStore } from '../src/adapters/folder/mirror-store.ts';
import { makeCatalogue } from '../src/application/catalogue/make-catalogue.ts';
import { writeCatalogue } from '../src/application/catalogue/write-catalogue.ts';
import { readPageFiles } from '../src/cli/catalogue/page-files.ts';
import type { Pointer } from '../src/domain/catalogue/form/pointer.ts';
import type { HeldVersion } from '../src/domain/catalogue/held.ts';
import { parseAddress } from '../src/domain/provider/address.ts';
import { formatPlatform } from '../src/domain/provider/platform.ts';
import type { VersionStore } from '../src/ports/version-store.ts';
import { PLATFORMS } from './scenario.ts';
import { figure, printTable } from './table.ts';

const SIZES = [10, 100, 1000];
const VERSIONS = 30;
const clock = { now: () => new Date(), monotonic: () => performance.now() };

/** A mirror that holds so many providers in 30 versions for five platforms; `extra` more versions of the first. */
function mirrorOf(providers: number, extra: number): VersionStore {
  const addresses = Array.from(
    { length: providers },
    (_, number) => `registry.terraform.io/bench/p${number}`,
  );
  return {
    name: 'mirror',
    kind: 'network-mirror',
    description: 'the mirror ./mirror',
    listProviders: async () =>
      addresses.map((name) => ({
        name,
        type: name.split('/')[2] ?? '',
        address: parseAddress(name),
        own: true,
      })),
    listVersions: async () => [],
    holdings: async ({ name }) =>
      Array.from({ length: VERSIONS + (name === addresses[0] ? extra : 0) }, (_, minor) =>
        heldVersion(name, `1.${minor}.0`),
      ),
    deleteVersion: async () => 'gone',
  };
}

function heldVersion(name: string, version: string): HeldVersion {
  const packages = PLATFORMS.map((platform) => {
    const sha256 = digest(`${name} ${version} ${formatPlatform(platform)}`);
    return {
      platform: formatPlatform(platform),
      sha256,
      h1: `h1:${Buffer.from(digest(sha256), 'hex').toString('base64')}`,
      size: 50_000_000,
    };
  });
  const file = 'terraform-provider-p_1.0.0_SHA256SUMS';
  return {
    version,
    complete: true,
    since: new Date('2026-08-01T08:00:00Z'),
    packages,
    protocols: ['5.0'],
    signer: {
      keyId: '34365D9472D7468F',
      fingerprint: 'C874011F0AB405110D02105534365D9472D7468F',
      userIds: ['HashiCorp Security (hashicorp.com/security) <security@hashicorp.com>'],
    },
    checks: [
      { check: 'signature-over-shasums', subject: file, passed: true, detail: 'signed by 34365D9472D7468F' },
      ...packages.map(({ platform, sha256 }) => ({
        check: 'package-digest',
        subject: `terraform-provider-p_1.0.0_${platform}.zip`,
        passed: true,
        detail: `SHA-256 ${sha256}, as SHA256SUMS lists it`,
      })),
    ],
    remarks: [],
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function write(folder: string, providers: number, extra: number) {
  const store = mirrorOf(providers, extra);
  const hosts = ['registry.terraform.io'];
  const shown = {
    name: store.name,
    kind: 'network-mirror',
    description: store.description,
    client: { kind: 'network-mirror', url: '../', folder: null, hosts },
  } as const;
  const ports = {
    destinations: [{ store, shown }],
    ledger: undefined,
    publicRegistry: undefined,
    clock,
  };
  const config = { providers: [], destinations: undefined, policy: undefined, bottles: undefined };
  const options = { run: null, by: '0.0.0', ledgerOption: '' };
  const started = performance.now();
  const contents = await makeCatalogue(ports, config, options);
  const into = createCatalogueStore(createFolderMirrorStore(folder));
  const written = await writeCatalogue({ store: into, clock }, contents, await readPageFiles());
  return { ...written, milliseconds: performance.now() - started };
}

export async function benchCatalogueWriting(): Promise<void> {
  const page = await readPageFiles();
  const pageBytes = page.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const rows: string[][] = [];
  for (const providers of SIZES) {
    const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
    try {
      const whole = await write(folder, providers, 0);
      const again = await write(folder, providers, 1);
      const pointer = JSON.parse(await readFile(path.join(folder, 'catalogue.json'), 'utf8')) as Pointer;
      const overview = await readFile(path.join(folder, pointer.overview));
      rows.push([
        String(providers),
        figure((whole.bytes - pageBytes) / 1024, 0),
        figure(overview.length / 1024, 0),
        figure(gzipSync(overview).length / 1024, 0),
        figure(whole.milliseconds / 1000, 2),
        `${again.files}`,
        figure(again.milliseconds / 1000, 2),
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  printTable(
    `A catalogue in a folder, ${VERSIONS} versions a provider for ${PLATFORMS.length} platforms; the page itself has ${figure(pageBytes / 1024, 0)} KiB`,
    [
      'providers',
      'data KiB',
      'overview KiB',
      'gzipped KiB',
      'written in s',
      'files after one change',
      'written in s',
    ],
    rows,
  );
}
