import type { Problem } from '../../errors.ts';
import { quote } from '../../integrity/untrusted-text.ts';
import { type HclBlock, readHclBlocks } from './hcl-blocks.ts';
import type { Allowance } from './schema.ts';

/** What a module may have at its top. What runs code, or leads to another state or provider, is not among them. */
const TOP = new Set([
  'terraform',
  'variable',
  'output',
  'locals',
  'resource',
  'data',
  'module',
  'moved',
  'check',
]);

/** Backends, clouds and experiments are the runner's business. */
const IN_TERRAFORM = new Set(['required_providers']);

/** Other names (`*.tf.json`, `terraform.tfvars`, `.terraformrc`, `terraform.d/`) are ways around a look at the files. */
const FILE = /^[a-z0-9][a-z0-9_-]*(?:\/[a-z0-9][a-z0-9_-]*)*\.(?:tf|tftpl|md)$/;
const OVERRIDE = /(?:^|\/)(?:override|[a-z0-9_-]*_override)\.tf$/;

/**
 * What of a module is not allowed, before any program reads it. `files`: text by path relative to the module's folder.
 * Types are named exactly, or with a `*` at their end.
 */
export function judgeModule(files: ReadonlyMap<string, string>, allow: Allowance): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of files) {
    const file = `module/${path}`;
    if (!FILE.test(path) || OVERRIDE.test(path)) {
      problems.push({
        path: file,
        message: 'is no file that a module may have',
        fix: 'Name it in small letters, as *.tf, *.tftpl or *.md, and not *_override.tf.',
      });
      continue;
    }
    if (!path.endsWith('.tf')) continue;
    const read = readHclBlocks(text);
    if ('problem' in read) {
      const { line, message } = read.problem;
      problems.push({ path: file, file, line, message: `cannot be read: ${message}` });
      continue;
    }
    for (const block of read.blocks) problems.push(...judgeTop(block, file, path, files, allow));
  }
  const declared = [...files.values()].flatMap((text) => {
    const read = readHclBlocks(text);
    return 'blocks' in read
      ? read.blocks.filter(({ type }) => type === 'variable').map(({ labels }) => labels[0])
      : [];
  });
  if (!declared.includes('deployment_id')) {
    problems.push({
      path: 'module/variables.tf',
      message: 'declares no variable "deployment_id"',
      fix: 'Declare it, and make the names of resources of it: so what is created twice fails loudly, and can be found.',
    });
  }
  return problems;
}

function judgeTop(
  block: HclBlock,
  file: string,
  path: string,
  files: ReadonlyMap<string, string>,
  allow: Allowance,
): readonly Problem[] {
  const at = { path: nameOf(block), file, line: block.line };
  if (!TOP.has(block.type)) {
    return [
      { ...at, message: 'is not allowed in a module', fix: 'Leave it out: the runner says what it says.' },
    ];
  }
  const problems: Problem[] = [];
  if (block.type === 'terraform') {
    for (const inner of block.blocks.filter(({ type }) => !IN_TERRAFORM.has(type))) {
      problems.push({
        ...at,
        line: inner.line,
        message: `has ${quote(inner.type)}, which is not allowed in a module`,
      });
    }
  }
  if (block.type === 'resource' && !matches(allow.resources, block.labels[0] ?? '')) {
    problems.push({
      ...at,
      message: 'is of a type that kind.json does not allow',
      fix: 'Name it in allow.resources.',
    });
  }
  if (block.type === 'module' && !isWithin(path, block.attributes.get('source'), files)) {
    problems.push({
      ...at,
      message: `has the source ${quote(block.attributes.get('source') ?? '(no plain text)')}`,
      fix: 'Name a folder of this kind, such as ./network: modules come from the catalogue alone.',
    });
  }
  return [...problems, ...judgeInner(block, file, allow)];
}

/** At every depth: a check holds data sources, a resource holds provisioners. */
function judgeInner(block: HclBlock, file: string, allow: Allowance): readonly Problem[] {
  const at = { path: nameOf(block), file, line: block.line };
  const own: Problem[] = [];
  if (block.type === 'data' && !allow.dataSources.includes(block.labels[0] ?? '')) {
    own.push({
      ...at,
      message: 'is a data source that kind.json does not allow: some run code when a plan is made',
      fix: 'Name its type in allow.dataSources, after a review.',
    });
  }
  if ((block.type === 'provisioner' || block.type === 'connection') && !allow.provisioners) {
    own.push({ ...at, message: 'runs code of its own, which kind.json does not allow' });
  }
  return [...own, ...block.blocks.flatMap((inner) => judgeInner(inner, file, allow))];
}

export function matches(allowed: readonly string[], type: string): boolean {
  return allowed.some((each) =>
    each.endsWith('*') ? type.startsWith(each.slice(0, -1)) && type !== '' : each === type,
  );
}

function nameOf({ type, labels }: HclBlock): string {
  return [type, ...labels].join('.').slice(0, 200);
}

/** Whether `source` is a folder of the module that has files, seen from the file at `path`. */
function isWithin(path: string, source: string | undefined, files: ReadonlyMap<string, string>): boolean {
  if (source === undefined || !/^\.{1,2}\//.test(source)) return false;
  const folder = path.split('/').slice(0, -1);
  for (const part of source.split('/')) {
    if (part === '..') {
      if (folder.pop() === undefined) return false;
    } else if (part !== '.' && part !== '') folder.push(part);
  }
  const prefix = folder.length === 0 ? '' : `${folder.join('/')}/`;
  return [...files.keys()].some((each) => each.startsWith(prefix) && each.endsWith('.tf'));
}
