import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** aws-sam-cli, cfn-lint and moto in the environment that scripts/sam-venv.sh makes. */
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

/**
 * Makes the environment where it is missing (about a minute, once). Undefined where Python or pip cannot
 * deliver it, so that the suites can skip themselves by name; in CI that is an error.
 */
export async function deploymentTools(): Promise<DeploymentTools | undefined> {
  try {
    const { stdout } = await promisify(execFile)('scripts/sam-venv.sh', { cwd: project });
    const program = (name: string) => path.join(stdout.trim(), 'bin', name);
    return { program, run: (name, args, stdin) => run(program(name), args, stdin) };
  } catch (error) {
    if (process.env['CI'] !== undefined && process.env['CI'] !== 'false') throw error;
    console.warn(`The deployment suites are skipped: ${String(error)}`);
    return undefined;
  }
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
    child.stdin.end(stdin);
  });
}
