import type { HeldPackage, HeldVersion } from './held.ts';

/**
 * How what one destination holds of a version differs from what the others hold, in sentences. Destinations that do
 * not tell their packages are not compared.
 */
export function differencesOf(
  place: number,
  own: readonly HeldPackage[],
  held: ReadonlyMap<number, HeldVersion>,
  names: readonly string[],
): readonly string[] {
  const found: string[] = [];
  for (const [other, { packages }] of held) {
    if (other === place || packages === undefined) continue;
    const name = names[other] ?? '';
    for (const pkg of packages) {
      const mine = own.find(({ platform }) => platform === pkg.platform);
      if (mine === undefined) {
        found.push(`${pkg.platform} is not here; ${name} has it.`);
      } else if (mine.sha256 !== undefined && pkg.sha256 !== undefined && mine.sha256 !== pkg.sha256) {
        found.push(`${pkg.platform} has other bytes here (${mine.sha256}) than at ${name} (${pkg.sha256}).`);
      }
    }
  }
  return [...new Set(found)];
}
