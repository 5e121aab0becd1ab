/**
 * The part of CHANGELOG.md about one version, without its title. Throws where there is none: what is released without a
 * word about it would be found out about by accident.
 */
export function changesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`${version} `) || text.startsWith(`${version}\n`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}".`);
  return section.slice(section.indexOf('\n') + 1).trim();
}

/** The notes of a release: what the changelog says, then every commit since the previous tag. */
export function releaseNotes(
  changes: string,
  subjects: readonly string[],
  previous: string | undefined,
): string {
  const since = previous === undefined ? 'Every commit' : `Every commit since ${previous}`;
  const list = subjects.map((subject) => `- ${subject.replaceAll(/[<>@`*_[\]#|\\]/g, String.raw`\$&`)}`);
  return [changes, '', `### ${since}`, '', ...list, ''].join('\n');
}
