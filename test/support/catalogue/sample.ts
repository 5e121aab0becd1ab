import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Happenings } from '../../../src/domain/catalogue/form/happenings.ts';
import type { CatalogueDestination, Overview } from '../../../src/domain/catalogue/form/overview.ts';
import type { Plots } from '../../../src/domain/catalogue/form/plots.ts';
import { CATALOGUE_FORMAT, type Made, type Pointer } from '../../../src/domain/catalogue/form/pointer.ts';
import type { ProviderDetail } from '../../../src/domain/catalogue/form/provider.ts';
import { happenings, plots } from './sample-happenings.ts';
import { HOSTILE_TEXTS, PLATFORMS, provider, type SampleSize, SIGNERS } from './sample-provider.ts';

/** Made-up data in the catalogue's form, the same for the same size. */
export interface Sample {
  readonly pointer: Pointer;
  readonly overview: Overview;
  readonly happenings: Happenings;
  readonly plots: Plots;
  /** By the paths that the overview names. */
  readonly details: ReadonlyMap<string, ProviderDetail>;
}

const DESTINATIONS: readonly CatalogueDestination[] = [
  {
    name: 'registry',
    kind: 'private-registry',
    description: 'the organization "acme"',
    client: { kind: 'private-registry', host: 'app.terraform.io', organization: 'acme' },
  },
  {
    name: 'mirror',
    kind: 'network-mirror',
    description: 'the mirror s3://acme-providers/mirror',
    client: {
      kind: 'network-mirror',
      url: '../',
      folder: null,
      hosts: ['registry.opentofu.org', 'registry.terraform.io'],
    },
  },
  {
    name: 'containers',
    kind: 'oci-mirror',
    description: 'the registry registry.example.com',
    client: {
      kind: 'oci-mirror',
      template: 'registry.example.com/tofu/${hostname}/${namespace}/${type}',
      hosts: ['registry.opentofu.org', 'registry.terraform.io'],
    },
  },
];

export function sampleCatalogue(size: SampleSize): Sample {
  const at = size.at ?? '2026-11-20T06:00:00.000Z';
  const made: Made = { at, run: 'run-42', by: '0.0.0', generation: '20261120_060000_sample' };
  const folder = `data/${made.generation}`;
  const header = { format: CATALOGUE_FORMAT, made } as const;
  const all = Array.from({ length: size.providers }, (_, index) =>
    provider(index, size, new Date(at), folder),
  );
  const missing = size.hostile ? [HOSTILE_TEXTS[0] ?? ''] : [];
  return {
    pointer: {
      ...header,
      overview: `${folder}/index.json`,
      happenings: `${folder}/runs.json`,
      plots: `${folder}/plots.json`,
      retired: `${folder}/retired.json`,
      assets: [],
    },
    overview: {
      ...header,
      destinations: DESTINATIONS,
      platforms: PLATFORMS,
      signers: SIGNERS,
      providers: all.map(({ row }) => row),
      bottles: ['jq', 'openssl@3', 'ripgrep'].map((name, index) => ({
        name,
        version: `${index + 1}.7.1_1`,
        tags: ['arm64_sequoia', 'sonoma', 'x86_64_linux'],
        destinations: [1],
        bytes: 1_000_000 * (index + 1),
      })),
      missing,
    },
    happenings: { ...header, ...happenings(all, new Date(at)), missing },
    plots: { ...header, ...plots(all, new Date(at)) },
    details: new Map(all.map(({ row, detail }) => [row.detail, detail])),
  };
}

/** The files of a sample without the page: what a static server needs beside it. */
export function sampleFiles(sample: Sample): ReadonlyMap<string, string> {
  const { pointer, overview, happenings, plots, details } = sample;
  return new Map(
    [
      ['catalogue.json', pointer] as const,
      [pointer.overview, overview] as const,
      [pointer.happenings, happenings] as const,
      [pointer.plots, plots] as const,
      ...details,
    ].map(([path, value]) => [path, JSON.stringify(value)]),
  );
}

export async function writeSample(folder: string, sample: Sample): Promise<void> {
  for (const [path, text] of sampleFiles(sample)) {
    const target = join(folder, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
