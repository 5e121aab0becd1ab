import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../io.ts';

const TIMEOUT_MS = 60_000;

/** One `init` of a module in a folder of its own. */
export interface TerraformTrial {
  /** Made and filled; the client leaves `.terraform` and its lock file in it. */
  readonly folder: string;
  /** The text of the client's CLI configuration file. */
  readonly cliConfiguration: string;
  readonly providers: readonly { readonly source: string; readonly version: string }[];
  readonly environment?: Environment;
  /** A lock file that the client must accept as it is. */
  readonly lockFile?: string;
}

interface TerraformOutcome {
  readonly ok: boolean;
  /** Terraform's own lines about what it installed, or all it said when it failed. */
  readonly lines: readonly string[];
  /** Version by source address, as Terraform recorded it. */
  readonly installed: Readonly<Record<string, string>>;
}

/** Terraform or OpenTofu. */
export interface Terraform {
  readonly command: 'terraform' | 'tofu';
  readonly version: string;
  /** A real `init`. */
  init(trial: TerraformTrial): Promise<TerraformOutcome>;
}

/** The client on the PATH; undefined when there is none that answers. */
export async function findTerraform(
  command: Terraform['command'],
  environment: Environment,
  signal: AbortSignal,
): Promise<Terraform | undefined> {
  const context = { command, environment: isolated(environment), signal };
  const { ok, output } = await runTerraform(['version', '-json'], undefined, context);
  const version = ok ? readJson(output)['terraform_version'] : undefined;
  if (typeof version !== 'string') return undefined;
  return { command, version, init: (trial) => init(trial, context) };
}

interface Context {
  readonly command: Terraform['command'];
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

async function init(trial: TerraformTrial, outer: Context): Promise<TerraformOutcome> {
  const { folder } = trial;
  await mkdir(folder, { recursive: true });
  const cliConfig = join(folder, 'terraform.rc');
  await writeFile(cliConfig, `${trial.cliConfiguration}\n`);
  await writeFile(join(folder, 'main.tf'), configurationOf(trial));
  const locked = trial.lockFile !== undefined;
  if (locked) await writeFile(join(folder, '.terraform.lock.hcl'), trial.lockFile ?? '');
  const context = {
    ...outer,
    environment: {
      ...outer.environment,
      HOME: folder,
      TF_CLI_CONFIG_FILE: cliConfig,
      ...trial.environment,
    },
  };
  const { ok, output } = await runTerraform(
    ['init', '-input=false', '-no-color', ...(locked ? ['-lockfile=readonly'] : [])],
    folder,
    context,
  );
  if (!ok) return { ok, lines: output.trim().split('\n'), installed: {} };
  const recorded = await runTerraform(['version', '-json'], folder, context);
  return {
    ok: recorded.ok,
    lines: output.split('\n').filter((line) => line.startsWith('- Install')),
    installed: recorded.ok ? selections(recorded.output) : {},
  };
}

function configurationOf({ providers }: TerraformTrial): string {
  const required = providers.flatMap(({ source, version }) => [
    `    ${source.split('/').at(-1)} = {`,
    `      source  = "${source}"`,
    `      version = "${version}"`,
    '    }',
  ]);
  return ['terraform {', '  required_providers {', ...required, '  }', '}', ''].join('\n');
}

function selections(output: string): Readonly<Record<string, string>> {
  const selected = readJson(output)['provider_selections'];
  return typeof selected === 'object' && selected !== null ? (selected as Record<string, string>) : {};
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Nothing of this user's Terraform settings, tokens or proxies: what init does depends on the trial alone. */
function isolated(environment: Environment): Environment {
  const { PATH, SystemRoot, TMPDIR, TEMP } = environment;
  const base = { PATH, SystemRoot, TMPDIR, TEMP, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
  return Object.fromEntries(Object.entries(base).filter(([, value]) => value !== undefined));
}

function runTerraform(
  args: readonly string[],
  cwd: string | undefined,
  { command, environment, signal }: Context,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      {
        env: environment,
        timeout: TIMEOUT_MS,
        signal,
        ...(cwd === undefined ? {} : { cwd }),
      },
      (error, stdout, stderr) =>
        resolve({ ok: error === null, output: error === null ? stdout : `${stdout}${stderr}` }),
    );
  });
}
