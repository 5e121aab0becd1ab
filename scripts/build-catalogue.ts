import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type OutputFile } from 'esbuild';
import { PAGE_POLICY } from '../src/domain/catalogue/page-policy.ts';

/** A file of the catalogue's page, as it is served. */
export interface CatalogueAsset {
  /** Relative to the catalogue's folder, with slashes: `index.html`, `assets/page-3f2a….js`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Its media type. */
  readonly type: string;
}

const source = path.join(import.meta.dirname, '../src/catalogue');

/**
 * Bundles the catalogue's page. Every file but `index.html`, the last, is named by a hash of its bytes: it may be
 * kept for ever, and a page that is open goes on working while a new one is written beside it.
 */
export async function buildCatalogue(): Promise<readonly CatalogueAsset[]> {
  const { outputFiles } = await build({
    entryPoints: [
      { in: path.join(source, 'page/main.tsx'), out: 'page' },
      { in: path.join(source, 'page/theme.ts'), out: 'theme' },
      { in: path.join(source, 'page/style/page.css'), out: 'style' },
    ],
    outdir: '/assets',
    write: false,
    bundle: true,
    minify: true,
    legalComments: 'none',
    // A classic script: it runs from a file's address, too, and can say there what is amiss.
    format: 'iife',
    target: ['es2023', 'chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  const icon = hashed('icon', 'svg', await readFile(path.join(source, 'icon.svg')));
  const page = assetOf(outputFiles, 'page.js');
  const theme = assetOf(outputFiles, 'theme.js');
  const style = assetOf(outputFiles, 'style.css');
  const names: Readonly<Record<string, string>> = {
    policy: PAGE_POLICY,
    icon: icon.path,
    style: style.path,
    theme: theme.path,
    script: page.path,
  };
  const template = await readFile(path.join(source, 'index.html'), 'utf8');
  const html = template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new Error(`src/catalogue/index.html asks for ${name}, which is not made`);
    return value;
  });
  return [
    icon,
    style,
    theme,
    page,
    { path: 'index.html', bytes: new TextEncoder().encode(html), type: 'text/html; charset=utf-8' },
  ];
}

/** What `WriteCatalogue` carries in its bundle: a function has no folder of files beside it. */
const FOR_FUNCTIONS = path.join(import.meta.dirname, '../src/handlers/catalogue-page.json');

/** Bundles the page into a folder, from which the command line takes it, and into one file for the functions. */
export async function writeCataloguePage(folder: string): Promise<void> {
  const assets = await buildCatalogue();
  for (const asset of assets) {
    const file = path.join(folder, asset.path);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, asset.bytes);
  }
  const packed = assets.map((asset) => ({
    path: asset.path,
    base64: Buffer.from(asset.bytes).toString('base64'),
  }));
  await writeFile(FOR_FUNCTIONS, JSON.stringify(packed));
}

const TYPES = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

function assetOf(files: readonly OutputFile[], name: string): CatalogueAsset {
  const file = files.find((each) => path.basename(each.path) === name);
  if (file === undefined) throw new Error(`esbuild has made no ${name}`);
  const [stem = '', ending] = name.split('.');
  return hashed(stem, ending === 'css' ? 'css' : 'js', file.contents);
}

function hashed(stem: string, ending: keyof typeof TYPES, bytes: Uint8Array): CatalogueAsset {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { path: `assets/${stem}-${hash}.${ending}`, bytes, type: TYPES[ending] };
}
