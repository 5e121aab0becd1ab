/** Operating system and architecture in Go's names, as Terraform writes them. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

export const KNOWN_OS = [
  'aix',
  'android',
  'darwin',
  'dragonfly',
  'freebsd',
  'illumos',
  'linux',
  'netbsd',
  'openbsd',
  'plan9',
  'solaris',
  'windows',
] as const;

export const KNOWN_ARCH = [
  '386',
  'amd64',
  'arm',
  'arm64',
  'loong64',
  'mips',
  'mips64',
  'mips64le',
  'mipsle',
  'ppc64',
  'ppc64le',
  'riscv64',
  's390x',
] as const;

/** `linux_amd64`: the form in package names, and the key of a platform in maps. */
export function formatPlatform(platform: Platform): string {
  return `${platform.os}_${platform.arch}`;
}

export function samePlatform(a: Platform, b: Platform): boolean {
  return a.os === b.os && a.arch === b.arch;
}
