import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockEntry } from '../../domain/provider-lock/lock-file.ts';
import { mirrorIndex } from './schema.ts';

/** The one place that providers come from. */
export type ProviderMirror =
  | { readonly kind: 'folder'; readonly path: string }
  /** With https and a slash at its end. */
  | { readonly kind: 'network'; readonly url: string };

/**
 * Terraform's CLI configuration with one mirror and no `direct`: a provider that the mirror lacks cannot be installed,
 * and no registry is asked.
 */
export function cliConfigOf(mirror: ProviderMirror): string {
  const block =
    mirror.kind === 'folder'
      ? ['  filesystem_mirror {', `    path = ${quoted(mirror.path)}`, '  }']
      : ['  network_mirror {', `    url = ${quoted(mirror.url)}`, '  }'];
  return ['disable_checkpoint = true', 'provider_installation {', ...block, '}', ''].join('\n');
}

/** A text in HCL without templates. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{');
}

/**
 * Entries that a folder's own index does not list. Terraform takes what lies in a folder, listed or not: a version
 * that was recalled would still be installed.
 */
export async function unlisted(
  mirror: ProviderMirror,
  entries: readonly LockEntry[],
): Promise<readonly LockEntry[]> {
  if (mirror.kind === 'network') return [];
  const missing: LockEntry[] = [];
  for (const entry of entries) {
    const text = await readFile(join(mirror.path, ...entry.address.split('/'), 'index.json'), 'utf8').catch(
      () => '{}',
    );
    const index = mirrorIndex.safeParse(JSON.parse(text));
    if (!index.success || index.data.versions[entry.version] === undefined) missing.push(entry);
  }
  return missing;
}
