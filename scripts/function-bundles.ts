import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { parse } from 'yaml';

export interface FunctionBundle {
  /** The logical id of the function in the template. */
  readonly function: string;
  /** Absolute path of the module. */
  readonly file: string;
  /** Everything the module was made of, as esbuild tells it. */
  readonly output: Metafile['outputs'][string];
}

interface FunctionResource {
  readonly Type: string;
  readonly Metadata: {
    readonly BuildProperties: {
      readonly EntryPoints: readonly string[];
      readonly Format: NonNullable<BuildOptions['format']>;
      readonly Target: string;
      readonly MainFields: string;
      readonly OutExtension: readonly string[];
      readonly Minify: boolean;
      readonly Sourcemap: boolean;
      readonly Banner: readonly string[];
    };
  };
}

const root = path.resolve(import.meta.dirname, '..');

/**
 * Bundles every function of a template with the template's own settings, as `sam build` does. A function of several
 * entry points has a bundle for each.
 */
export async function bundleFunctions(
  folder: string,
  template = 'template.yaml',
): Promise<readonly FunctionBundle[]> {
  const text = await readFile(path.join(root, template), 'utf8');
  const { Resources } = parse(text, { logLevel: 'silent' }) as {
    Resources: Record<string, FunctionResource>;
  };
  const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Serverless::Function');
  const bundles = await Promise.all(
    functions.map(async ([name, { Metadata }]) => {
      const options = buildOptions(Metadata.BuildProperties, path.join(folder, name));
      const { metafile } = await build({ ...options, metafile: true });
      const modules = Object.entries(metafile.outputs).filter(([file]) => file.endsWith('.mjs'));
      if (modules.length === 0) throw new Error(`${name} came to no module.`);
      return modules.map(([file, output]) => ({ function: name, file: path.resolve(root, file), output }));
    }),
  );
  return bundles.flat();
}

function buildOptions(
  properties: FunctionResource['Metadata']['BuildProperties'],
  outdir: string,
): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: properties.EntryPoints.map((entry) => `src/${entry}`),
    outdir,
    bundle: true,
    platform: 'node',
    format: properties.Format,
    target: properties.Target,
    mainFields: properties.MainFields.split(','),
    outExtension: Object.fromEntries(properties.OutExtension.map(splitAtEquals)),
    minify: properties.Minify,
    sourcemap: properties.Sourcemap,
    banner: Object.fromEntries(properties.Banner.map(splitAtEquals)),
    logLevel: 'warning',
  };
}

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
