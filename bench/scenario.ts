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

/** Megabytes of every package: a row a provider, a column a platform. */
export type Sizes = readonly (readonly number[])[];

/** As it is in the world: a provider's packages are much of a size. */
export const SIZES_BY_PROVIDER: Sizes = SIZES.map((size) => PLATFORMS.map(() => size));
/** Every provider has one package of each size, so that all providers take equally long. */
export const SIZES_BY_PLATFORM: Sizes = PROVIDERS.map(() => SIZES);

export function uniformSizes(megabytes: number): Sizes {
  return PROVIDERS.map(() => PLATFORMS.map(() => megabytes));
}

export interface ServersOptions {
  readonly sizes: Sizes;
  readonly bytesPerSecond?: number;
  readonly token: string;
}

export interface ServersReady {
  readonly publicUrl: string;
  readonly privateUrl: string;
}
