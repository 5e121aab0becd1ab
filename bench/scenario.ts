import type { Platform } from '../src/domain/provider/platform.ts';

export const PROVIDERS = ['alpha', 'bravo', 'charlie', 'delta', 'echo'];
export const PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
  { os: 'windows', arch: 'amd64' },
];
/** One size a platform, in MiB: a mix from small to the largest common providers. */
export const MIXED_SIZES: readonly number[] = [5, 20, 40, 80, 120];

export interface ServersOptions {
  readonly providers: readonly string[];
  readonly packageMegabytes: readonly number[];
  readonly bytesPerSecond?: number;
  readonly token: string;
}

export interface ServersReady {
  readonly publicUrl: string;
  readonly privateUrl: string;
}
