import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { oncePerRun } from '../../support/run-client.ts';

/** The programs of a Python environment of the project. */
export interface DeploymentTools {
  /** Runs a program of the environment in the project's folder; rejects with its output when it fails. */
  run(program: string, args: readonly string[], stdin?: string): Promise<string>;
  /** The full path of a program of the environment. */
  program(name: string): string;
}

const project = path.resolve(import.meta.dirname, '../../..');
const environment = {
  ...process.env,
  SAM_CLI_TELEMETRY: '0',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

/** aws-sam-cli, cfn-lint and moto. */
export function deploymentTools(): Promise<DeploymentTools | undefined> {
  return pythonTools('scripts/sam-requirements.txt');
}

/** zizmor, shellcheck and the AWS CLI. */
export function deliveryTools(): Promise<DeploymentTools | undefined> {
  return pythonTools('scripts/delivery-requirements.txt');
}

/** checkov. */
export function checkovTools(): Promise<DeploymentTools | undefined> {
  return pythonTools('scripts/checkov-requirements.txt');
}

/** The path of actionlint. */
export function actionlintProgram(): Promise<string | undefined> {
  return madeBy('scripts/actionlint.sh', []);
}

async function pythonTools(requirements: string): Promise<DeploymentTools | undefined> {
  const folder = await madeBy('scripts/python-venv.sh', [requirements]);
  if (folder === undefined) return undefined;
  const program = (name: string) => path.join(folder, 'bin', name);
  return { program, run: (name, args, stdin) => run(program(name), args, stdin) };
}

/**
 * What a script that makes a tool where it is missing (minutes, once) prints as its path. Undefined where Python, pip
 * or Go cannot deliver it, so that the suites can skip themselves by name; in CI that is an error.
 */
async function madeBy(script: string, args: readonly string[]): Promise<string | undefined> {
  const command = [script, ...args].join(' ');
  const made = await oncePerRun(command, async () => {
    try {
      const { stdout } = await promisify(execFile)(script, args, { cwd: project });
      return { path: stdout.trim() };
    } catch (error) {
      return { error: String(error) };
    }
  });
  if (!('error' in made)) return made.path;
  if (process.env['CI'] !== undefined && process.env['CI'] !== 'false') throw new Error(made.error);
  console.warn(`Suites that need ${command} are skipped: ${made.error}`);
  return undefined;
}

function run(file: string, args: readonly string[], stdin = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: project, env: environment });
    const out: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      all.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => all.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(`${path.basename(file)} ended with ${code}:\n${Buffer.concat(all).toString()}`));
    });
    // A program may end before it reads what it was not interested in.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}
