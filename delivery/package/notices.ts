import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleMetafile, packageManifest } from './schema.ts';

/** A package of somebody else whose code is in the bundle. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The texts that its licence asks to be passed on. */
  readonly texts: readonly string[];
}

/** What may be in the bundle. Another licence has to be read, and then added here. */
const ACCEPTED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'LGPL-3.0+', 'MIT'];

/**
 * The third-party notices of a bundle, from the metafile that esbuild wrote of it. Throws for a licence that nobody has
 * accepted, so that a new dependency cannot slip one in.
 */
export async function thirdPartyNotices(metafile: string): Promise<string> {
  const { inputs } = bundleMetafile.parse(JSON.parse(await readFile(metafile, 'utf8')));
  const folders = new Set(Object.keys(inputs).flatMap((file) => packageFolder(file) ?? []));
  const packages = await Promise.all([...folders].map(bundledPackage));
  packages.sort((left, right) =>
    `${left.name} ${left.version}` < `${right.name} ${right.version}` ? -1 : 1,
  );
  const unknown = packages.filter(({ license }) => !ACCEPTED.includes(license));
  if (unknown.length > 0) {
    const list = unknown.map(({ name, license }) => `${name} (${license})`).join(', ');
    throw new Error(`These bundled packages have licences that nobody has accepted: ${list}.`);
  }
  const introduction = [
    'The program contains code of the packages below, each under its own licence.',
    'openpgp is under the GNU LGPL 3.0: to use another version of it, change its version in package.json of the source',
    'and run `npm ci && npm run build`; the source of this very version is what the command below brings.',
  ].join('\n');
  return `${[introduction, ...packages.map(section)].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` belongs to `node_modules/a/node_modules/@b/c`. */
function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

async function bundledPackage(folder: string): Promise<BundledPackage> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  const { name, version, license } = packageManifest.parse(JSON.parse(text));
  const files = (await readdir(folder))
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .toSorted();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return { name, version, license, texts };
}

function section({ name, version, license, texts }: BundledPackage): string {
  const source = `npm pack ${name}@${version}`;
  const own =
    texts.length > 0 ? texts.map((text) => text.trim()) : ['(The package carries no text of its licence.)'];
  return [`${name} ${version} (${license})`, source, ...own].join('\n\n');
}
