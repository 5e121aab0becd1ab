import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discoverySchema, packageSchema } from '../../../src/adapters/terraform-registry/schema.ts';
import { readVersions } from '../../../src/adapters/terraform-registry/versions-document.ts';
import { sharedJsonLines, sharedVectors } from '../../support/shared-vectors.ts';
import { documentOf } from './support.ts';

interface Example {
  readonly section?: string;
  readonly request?: string;
  readonly status?: number;
  readonly body?: Record<string, unknown>;
}

const renovate = sharedVectors('api/renovate');
const registry = sharedVectors('api/registry');

function examples(): readonly Example[] {
  if (registry === undefined) return [];
  return ['docs_examples.json', 'v1_examples.json'].flatMap((file) => read(registry, file) as Example[]);
}

function read(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

const listingOf = (body: unknown) => readVersions(documentOf(JSON.stringify(body)));

const listings = examples().filter(
  ({ request, status }) => request?.endsWith('/versions') === true && status === undefined,
);
const packages = examples().filter(({ body }) => typeof body?.['download_url'] === 'string');

describe.skipIf(registry === undefined)('the examples of the registry documents', () => {
  it('hold listings and packages', () => {
    expect(listings.length).toBeGreaterThan(5);
    expect(packages.length).toBeGreaterThan(0);
  });

  it.each(listings)('list every version of $request', ({ body }) => {
    const written = (body?.['versions'] ?? []) as readonly { readonly version: string }[];
    const listed = listingOf(body);
    expect(listed.map(({ version }) => version.text)).toEqual(written.map(({ version }) => version));
  });

  it.each(packages)('describe the package $body.filename', ({ body }) => {
    expect(packageSchema.parse(body)).toMatchObject({
      filename: body?.['filename'],
      shasum: body?.['shasum'],
      downloadUrl: body?.['download_url'],
      signingKeys: [{ asciiArmor: expect.stringContaining('BEGIN PGP PUBLIC KEY') }],
    });
  });

  it('hold a discovery document of a host with providers and one without', () => {
    const documents = examples().filter(
      ({ body }) => body && Object.keys(body).some((key) => key.endsWith('.v1')),
    );
    const offers = documents.map(({ body }) => discoverySchema.parse(body).providers);
    expect(offers).toContain('/tofu/providers/v1/');
    expect(offers).toContain(undefined);
  });
});

describe.skipIf(renovate === undefined)(
  'the answers that another reader of registries is tested with',
  () => {
    const files = renovate === undefined ? [] : readdirSync(renovate);

    it('hold a discovery document', () => {
      const document = read(renovate ?? '', 'service-discovery.json');
      expect(discoverySchema.parse(document)).toEqual({ providers: '/v1/providers/' });
    });

    it.each(files.filter((file) => /versions/i.test(file)))('list every version in %s', (file) => {
      const document = read(renovate ?? '', file) as { versions: readonly { version: string }[] };
      const listed = listingOf(document);
      expect(listed.map(({ version }) => version.text)).toEqual(
        document.versions.map(({ version }) => version),
      );
      expect(listed.every(({ platforms, protocols }) => platforms.length > 0 && protocols.length > 0)).toBe(
        true,
      );
    });
  },
);

interface OddRelease {
  readonly source: string;
  readonly version: string;
  readonly shasums_url: string;
  readonly targets: readonly { readonly filename: string; readonly shasum: string }[];
}

const oddReleases = sharedJsonLines<OddRelease>('registry', 'odd_packages.jsonl');

describe.skipIf(oddReleases.length === 0)('the odd releases of a public registry', () => {
  it('have package documents that are read with their file names as they are', () => {
    for (const { targets, ...release } of oddReleases) {
      for (const target of targets) {
        const document = { ...release, ...target, shasums_signature_url: `${release.shasums_url}.sig` };
        expect(packageSchema.parse(document)).toMatchObject({
          filename: target.filename,
          shasum: target.shasum,
        });
      }
    }
  });
});
