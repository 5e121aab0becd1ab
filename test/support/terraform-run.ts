import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ClientRun {
  /** Where the module is written and the client runs; made when missing. */
  readonly folder: string;
  /** The text of `main.tf`. */
  readonly module: string;
  /** The CLI configuration, such as a `provider_installation` block. */
  readonly cliConfig: string;
  /** PEM file of what the client is to trust. */
  readonly certificate?: string;
  /** The program: `terraform` when it is not given, or OpenTofu's. */
  readonly program?: string;
  /** Variables such as tokens. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface TerraformRun extends Omit<ClientRun, 'module'> {
  /** Full source addresses with a version constraint, by local name. */
  readonly providers: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
}

export interface TerraformOutcome {
  readonly code: number;
  /** stdout and stderr, one after the other, terraform's box drawing and line breaks flattened. */
  readonly output: string;
}

/** A real terraform with the given arguments. Never rejects for what terraform says. */
export async function runTerraform(args: readonly string[], run: TerraformRun): Promise<TerraformOutcome> {
  const required = Object.entries(run.providers).map(
    ([name, { source, version }]) => `    ${name} = { source = "${source}", version = "${version}" }\n`,
  );
  const module = `terraform {\n  required_providers {\n${required.join('')}  }\n}\n`;
  return await runClient(args, { ...run, module });
}

/** The same for a module of any text. */
export async function runClient(args: readonly string[], run: ClientRun): Promise<TerraformOutcome> {
  const { folder } = run;
  await mkdir(folder, { recursive: true });
  const cliConfig = join(folder, 'cli.rc');
  await writeFile(cliConfig, `disable_checkpoint = true\n${run.cliConfig}\n`);
  await writeFile(join(folder, 'main.tf'), run.module);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TF_CLI_CONFIG_FILE: cliConfig,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...(run.certificate === undefined ? {} : { SSL_CERT_FILE: run.certificate }),
    ...run.environment,
  };
  const { promise, resolve } = Promise.withResolvers<TerraformOutcome>();
  execFile(
    run.program ?? 'terraform',
    [...args],
    { cwd: folder, env, timeout: 120_000 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}`.replace(/\s*[│╷╵]\s*/g, ' ').replace(/\s+/g, ' ') });
    },
  );
  return await promise;
}

export const INIT = ['init', '-no-color', '-input=false', '-backend=false'];
