import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../io.ts';
import { embeddedSource, hostBlock, TERRAFORM_TOKEN_VARIABLE } from '../terraform-settings.ts';

const TIMEOUT_MS = 60_000;

interface TerraformTrial {
  /** Made and filled; Terraform leaves `.terraform` and its lock file in it. */
  readonly folder: string;
  /** The embedded private registry's address. */
  readonly registryUrl: string;
  readonly organization: string;
  readonly token: string;
  readonly providers: readonly { readonly type: string; readonly version: string }[];
}

interface TerraformOutcome {
  readonly ok: boolean;
  /** Terraform's own lines about what it installed, or all it said when it failed. */
  readonly lines: readonly string[];
  /** Version by source address, as Terraform recorded it. */
  readonly installed: Readonly<Record<string, string>>;
}

export interface Terraform {
  readonly version: string;
  /** A real `terraform init` from the private registry. */
  init(trial: TerraformTrial): Promise<TerraformOutcome>;
}

/** The `terraform` on the PATH; undefined when there is none that answers. */
export async function findTerraform(
  environment: Environment,
  signal: AbortSignal,
): Promise<Terraform | undefined> {
  const context = { environment: isolated(environment), signal };
  const { ok, output } = await runTerraform(['version', '-json'], undefined, context);
  const version = ok ? readJson(output)['terraform_version'] : undefined;
  if (typeof version !== 'string') return undefined;
  return { version, init: (trial) => init(trial, context) };
}

interface Context {
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

async function init(trial: TerraformTrial, { environment, signal }: Context): Promise<TerraformOutcome> {
  const { folder } = trial;
  await mkdir(folder, { recursive: true });
  const cliConfig = join(folder, 'terraform.rc');
  await writeFile(cliConfig, `${hostBlock(trial.registryUrl)}\n`);
  await writeFile(join(folder, 'main.tf'), configurationOf(trial));
  const context = {
    signal,
    environment: {
      ...environment,
      HOME: folder,
      TF_CLI_CONFIG_FILE: cliConfig,
      [TERRAFORM_TOKEN_VARIABLE]: trial.token,
    },
  };
  const { ok, output } = await runTerraform(['init', '-input=false', '-no-color'], folder, context);
  if (!ok) return { ok, lines: output.trim().split('\n'), installed: {} };
  const recorded = await runTerraform(['version', '-json'], folder, context);
  return {
    ok: recorded.ok,
    lines: output.split('\n').filter((line) => line.startsWith('- Install')),
    installed: recorded.ok ? selections(recorded.output) : {},
  };
}

function configurationOf({ organization, providers }: TerraformTrial): string {
  const required = providers.flatMap(({ type, version }) => [
    `    ${type} = {`,
    `      source  = "${embeddedSource(organization, type)}"`,
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
  { environment, signal }: Context,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(
      'terraform',
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
