import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentKinds } from '../../ports/deployment-kinds.ts';

/** More than this is no module. */
const MOST_FILES = 500;
const MOST_BYTES = 2 * 1024 * 1024;

/** A catalogue: a folder for each kind. What Terraform leaves behind in one (`.terraform/`) is passed over. */
export function createFolderKinds(root: string): DeploymentKinds {
  return {
    location: root,
    names: async () => {
      const entries = await readdir(root, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
        throw new SyncError(
          'SettingsInvalid',
          `The catalogue ${root} cannot be read (${cause.code}). Name it with --kinds.`,
          {
            cause,
          },
        );
      });
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => name)
        .toSorted();
    },
    read: async (name) => {
      if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
      const folder = join(root, name);
      const there = await stat(folder).catch(() => undefined);
      if (!there?.isDirectory()) return undefined;
      const files = new Map<string, string>();
      await gather(folder, '', files);
      return files;
    },
  };
}

async function gather(folder: string, prefix: string, files: Map<string, string>): Promise<void> {
  let bytes = 0;
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}${entry.name}`;
    if (entry.name === '.terraform') continue;
    if (entry.isDirectory()) {
      await gather(folder, `${path}/`, files);
      continue;
    }
    // A link could lead out of the catalogue.
    const contents = entry.isFile() ? await readFile(join(folder, path)) : undefined;
    bytes += contents?.length ?? 0;
    if (contents === undefined || files.size >= MOST_FILES || bytes > MOST_BYTES) {
      throw new SyncError(
        'DeploymentInvalid',
        `The kind in ${folder} cannot be read: ${path} is a link, or it is too much.`,
      );
    }
    files.set(path, contents.toString('utf8'));
  }
}
