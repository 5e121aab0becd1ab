import type { MirrorFile, MirrorStore } from '../../ports/mirror-store.ts';

const EVIDENCE = /^(.+)\/([^/]+)\.evidence\/([^/]+)$/;
const BUNDLED_EVIDENCE = /^evidence\/(.+)\/([^/]+)\/([^/]+)$/;

/** Where a key of a network mirror lies in a bundle: what clients read below `mirror/`, what proves it beside. */
export function bundlePathOf(key: string): string {
  const [, provider, version, name] = EVIDENCE.exec(key) ?? [];
  return name === undefined ? `mirror/${key}` : `evidence/${provider}/${version}/${name}`;
}

function mirrorKeyOf(path: string): string | undefined {
  const [, provider, version, name] = BUNDLED_EVIDENCE.exec(path) ?? [];
  if (name !== undefined) return `${provider}/${version}.evidence/${name}`;
  return path.startsWith('mirror/') ? path.slice('mirror/'.length) : undefined;
}

/** The store of a network mirror that lies in a folder as a bundle has it. */
export function createDraftStore(folder: MirrorStore): MirrorStore {
  const placed = <F extends Pick<MirrorFile, 'key'>>(file: F): F => ({
    ...file,
    key: bundlePathOf(file.key),
  });
  return {
    location: folder.location,
    readsPlusAsBlank: folder.readsPlusAsBlank,
    readDocument: (key) => folder.readDocument(bundlePathOf(key)),
    writeDocument: (key, ...rest) => folder.writeDocument(bundlePathOf(key), ...rest),
    statFile: (file) => folder.statFile(placed(file)),
    putFile: (file, ...rest) => folder.putFile(placed(file), ...rest),
    revealFiles: (files) => folder.revealFiles(files.map(placed)),
    openFile: (file, range) => folder.openFile(placed(file), range),
    list: async (under) => {
      const found = await Promise.all(['mirror', 'evidence'].map((top) => folder.list(`${top}/${under}`)));
      return found.flat().flatMap(({ key, size }) => {
        const own = mirrorKeyOf(key);
        return own === undefined ? [] : [{ key: own, size }];
      });
    },
    delete: (key) => folder.delete(bundlePathOf(key)),
    tidy: (under) => folder.tidy(`mirror/${under}`),
  };
}
