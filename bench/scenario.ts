import type { Platform } from '../src/domain/provider/platform.ts';

export const PROVIDERS = ['alpha', 'bravo', 'charlie', 'delta', 'echo'];
export const PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
  { os: 'windows', arch: 'amd64' },
];
/** From a small provider to the largest common ones, in MiB. */
export const SIZES: readonly number[] = [5, 20, 40, 80, 120];

export const TOKEN = 'bench-token';

/** A provider by its type, with the megabytes of its package for each platform. */
export type Sizes = Readonly<Record<string, readonly number[]>>;

/** As it is in the world: a provider's packages are much of a size. */
export const SIZES_BY_PROVIDER: Sizes = sizesOf((row) => PLATFORMS.map(() => SIZES[row] ?? 0));
/** Every provider has one package of each size, so that all providers take equally long. */
export const SIZES_BY_PLATFORM: Sizes = sizesOf(() => SIZES);

export function uniformSizes(megabytes: number): Sizes {
  return sizesOf(() => PLATFORMS.map(() => megabytes));
}

function sizesOf(row: (index: number) => readonly number[]): Sizes {
  return Object.fromEntries(PROVIDERS.map((type, index) => [type, row(index)]));
}

/** In MiB. */
export function totalOf(sizes: Sizes): number {
  return Object.values(sizes)
    .flat()
    .reduce((sum, size) => sum + size, 0);
}

export interface ServersOptions {
  readonly sizes: Sizes;
  readonly bytesPerSecond?: number;
  /** Of the private registry's API; what comes sooner is answered 429, as HCP Terraform does. */
  readonly requestsPerSecond?: number;
  /** Packages are zips with one deflated program, and no mere bytes: mirrors look inside. */
  readonly zips?: boolean;
}

export interface ServersReady {
  readonly publicUrl: string;
  readonly privateUrl: string;
  readonly s3Url: string;
}

/** What the servers saw since they started. */
export interface Counts {
  readonly publicDocuments: number;
  readonly downloads: number;
  readonly privateRequests: number;
  readonly refusedForRate: number;
}
