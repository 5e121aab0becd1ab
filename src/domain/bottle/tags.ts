/** The releases of macOS as Homebrew's tags name them, oldest first (Homebrew's MacOSVersion::SYMBOLS). */
const MACOS = [
  'yosemite',
  'el_capitan',
  'sierra',
  'high_sierra',
  'mojave',
  'catalina',
  'big_sur',
  'monterey',
  'ventura',
  'sonoma',
  'sequoia',
  'tahoe',
  'golden_gate',
] as const;

/** The bottle that fits every system. */
const ALL = 'all';

export function isLinux(tag: string): boolean {
  return tag.endsWith('_linux');
}

interface MacHost {
  readonly arch: 'arm64' | 'x86_64';
  /** The place in the releases' order; a name that is not known is newer than all that are. */
  readonly age: number;
}

/** An Intel tag has no arch in front. Undefined for Linux and `all`. */
function macHostOf(tag: string): MacHost | undefined {
  if (tag === ALL || isLinux(tag)) return undefined;
  const arch = tag.startsWith('arm64_') ? 'arm64' : 'x86_64';
  return { arch, age: ageOf(arch === 'arm64' ? tag.slice('arm64_'.length) : tag) };
}

function ageOf(release: string): number {
  const found = MACOS.findIndex((known) => known === release);
  return found === -1 ? MACOS.length : found;
}

/** Whether the host of a macOS tag is older than a release ("catalina"). False for Linux. */
export function isOlderMacos(tag: string, release: string): boolean {
  const host = macHostOf(tag);
  return host !== undefined && host.age < ageOf(release);
}

/**
 * The tag of the bottle that a host of tag `host` takes among those that a formula has, in the order listed: its own,
 * else `all`, else on macOS the first one of the same arch for a macOS that is not newer (Homebrew's
 * utils/bottles.rb and extend/os/mac/utils/bottles.rb). Undefined: none fits.
 */
export function bottleTagFor(host: string, available: readonly string[]): string | undefined {
  if (available.includes(host)) return host;
  if (available.includes(ALL)) return ALL;
  const mac = macHostOf(host);
  if (mac === undefined) return undefined;
  return available.find((tag) => {
    const other = macHostOf(tag);
    return other !== undefined && other.arch === mac.arch && other.age <= mac.age;
  });
}
