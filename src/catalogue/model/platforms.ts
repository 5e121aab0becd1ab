import type { VersionDetail } from '../../domain/catalogue/form/provider.ts';

/** How a platform of a version is held: at each destination that has the version, at some of them, at none. */
type Held = 'all' | 'some' | 'none';

export interface PlatformMatrix {
  readonly platforms: readonly string[];
  readonly rows: readonly {
    readonly version: string;
    /** In the order of `platforms`. */
    readonly cells: readonly { readonly held: Held; readonly words: string }[];
  }[];
}

/** Platforms by versions, with words for each cell. */
export function platformMatrix(
  versions: readonly VersionDetail[],
  destinationNames: readonly string[],
): PlatformMatrix {
  const platforms = sortPlatforms(
    new Set(versions.flatMap(({ packages }) => packages.map(({ platform }) => platform))),
  );
  return {
    platforms,
    rows: versions.map((version) => ({
      version: version.version,
      cells: platforms.map((platform) => cellOf(version, platform, destinationNames)),
    })),
  };
}

function cellOf(version: VersionDetail, platform: string, names: readonly string[]) {
  const there = version.packages.find((each) => each.platform === platform)?.destinations ?? [];
  if (there.length === 0) return { held: 'none', words: 'not here' } as const;
  const all = version.at.every(({ destination }) => there.includes(destination));
  const where = there.map((place) => names[place] ?? '?').join(', ');
  return all
    ? ({ held: 'all', words: 'here' } as const)
    : ({ held: 'some', words: `only at ${where}` } as const);
}

const SYSTEMS = ['linux', 'darwin', 'windows'];
const ARCHITECTURES = ['amd64', 'arm64', '386', 'arm'];

/** Linux, macOS, Windows, then the others by name; the usual architectures first. */
export function sortPlatforms(platforms: Iterable<string>): readonly string[] {
  const place = (order: readonly string[], word: string) => order.indexOf(word) + 1 || order.length + 1;
  return [...platforms].toSorted((a, b) => {
    const [x, y] = [platformParts(a), platformParts(b)];
    return (
      place(SYSTEMS, x.os) - place(SYSTEMS, y.os) ||
      (x.os < y.os ? -1 : x.os > y.os ? 1 : 0) ||
      place(ARCHITECTURES, x.arch) - place(ARCHITECTURES, y.arch) ||
      (x.arch < y.arch ? -1 : 1)
    );
  });
}

/** `linux_amd64` in its two parts. */
export function platformParts(platform: string): { readonly os: string; readonly arch: string } {
  const [os = platform, ...arch] = platform.split('_');
  return { os, arch: arch.join('_') };
}

const SYSTEM_NAMES = new Map(
  Object.entries({
    linux: 'Linux',
    darwin: 'macOS',
    windows: 'Windows',
    freebsd: 'FreeBSD',
    openbsd: 'OpenBSD',
    netbsd: 'NetBSD',
    solaris: 'Solaris',
  }),
);

/** As people call it: `macOS`. What is not known stays as it is. */
export function systemName(os: string): string {
  return SYSTEM_NAMES.get(os) ?? os;
}

/** The platforms by system, as columns of a matrix: the most used where there are too many. */
export function platformColumns(
  platforms: readonly string[],
  uses: ReadonlyMap<string, number>,
  limit: number,
): readonly { readonly os: string; readonly columns: readonly { platform: string; arch: string }[] }[] {
  const kept = platforms.toSorted((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0)).slice(0, limit);
  const groups = new Map<string, { platform: string; arch: string }[]>();
  for (const platform of sortPlatforms(kept)) {
    const { os, arch } = platformParts(platform);
    groups.set(os, [...(groups.get(os) ?? []), { platform, arch }]);
  }
  return [...groups].map(([os, columns]) => ({ os, columns }));
}
