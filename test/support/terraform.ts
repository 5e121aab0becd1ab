import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TERRAFORM } from './programs.ts';

/** The name that stands for the registry under test in Terraform's configuration. */
export const TERRAFORM_HOST = 'registry.example.com';

/** Whether there is a terraform to try: tests that need it are skipped by name where there is none. */
export const terraformIsHere = TERRAFORM !== undefined;

export interface TerraformInit {
  /** An empty folder to work in. */
  readonly folder: string;
  /** The registry's `providers.v1`, plain http on loopback. */
  readonly providersUrl: string;
  readonly token?: string;
  /** The program: `terraform` when it is not given, or OpenTofu's. */
  readonly program?: string;
  /** `source` without the host, and the version constraint, by local name. */
  readonly providers: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
}

/** A real `terraform init`; what it printed. Rejects, with the same text in `stdout`, when it fails. */
export async function terraformInit({ folder, ...init }: TerraformInit): Promise<string> {
  const cliConfig = join(folder, 'terraform.rc');
  const work = join(folder, 'work');
  await mkdir(work);
  await writeFile(
    cliConfig,
    `disable_checkpoint = true
host "${TERRAFORM_HOST}" { services = { "providers.v1" = "${init.providersUrl}" } }
credentials "${TERRAFORM_HOST}" { token = "${init.token ?? 'none'}" }
`,
  );
  const required = Object.entries(init.providers).map(
    ([name, { source, version }]) =>
      `    ${name} = { source = "${TERRAFORM_HOST}/${source}", version = "${version}" }\n`,
  );
  await writeFile(join(work, 'main.tf'), `terraform {\n  required_providers {\n${required.join('')}  }\n}\n`);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, TF_CLI_CONFIG_FILE: cliConfig, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
  const options = { cwd: work, env, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(
    init.program ?? 'terraform',
    ['init', '-no-color', '-input=false', '-backend=false'],
    options,
  );
  return stdout;
}
