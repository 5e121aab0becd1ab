import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where `scripts/oci-tools.sh` puts what it builds. */
const TOOLS = resolve(import.meta.dirname, '../../.cache/oci-tools');

/** The first of these that says what is expected: the program that a variable names, that the script built, that is installed. */
export function findProgram(
  name: string,
  args: readonly string[],
  expected: RegExp,
  named?: string,
): string | undefined {
  for (const program of [...(named === undefined ? [] : [named]), join(TOOLS, name), name]) {
    if (program.startsWith('/') && !existsSync(program)) continue;
    try {
      if (expected.test(execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' }))) return program;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Terraform; undefined where there is none. */
export const TERRAFORM = findProgram('terraform', ['version'], /^Terraform v1\./m);

/** OpenTofu 1.10 or later, which knows `oci_mirror`: the one that PROVIDER_SYNC_TOFU names, or any; undefined where there is none. */
export const TOFU = findProgram(
  'tofu',
  ['version'],
  /^OpenTofu v1\.(?:1\d|[2-9]\d)/m,
  process.env['PROVIDER_SYNC_TOFU'],
);

/** A program that installs providers, which tests of what it does are run with; skipped by its name where it is absent. */
export interface InstallingClient {
  readonly client: 'Terraform' | 'OpenTofu';
  readonly program: string;
  readonly absent: boolean;
}

export const CLIENTS: readonly InstallingClient[] = [
  { client: 'Terraform', program: TERRAFORM ?? 'terraform', absent: TERRAFORM === undefined },
  { client: 'OpenTofu', program: TOFU ?? 'tofu', absent: TOFU === undefined },
];
