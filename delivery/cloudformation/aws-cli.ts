import { spawn } from 'node:child_process';

/** A call that AWS refused. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** AWS's own code, such as `ValidationError`; empty where the command line could not even ask. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Runs the AWS CLI, which every runner has, and reads its JSON; undefined where it prints nothing. `region` is the
 * CLI's own (AWS_REGION). Throws AwsError with what AWS said.
 */
export async function aws(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run('aws', [...args, '--output', 'json']);
  if (code !== 0) {
    const said = /An error occurred \((\w+)\) when calling the \w+ operation[^:]*: ([\s\S]*)/.exec(stderr);
    throw new AwsError(said?.[1] ?? '', `aws ${args.slice(0, 2).join(' ')}: ${said?.[2] ?? stderr}`.trim());
  }
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

/** Runs a program and hands its output through. Throws when it fails. */
export async function runThrough(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args[0] ?? ''} ended with ${code}.`);
}

async function run(program: string, args: readonly string[]) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_PAGER: '' },
  });
  const read = async (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([closed, read(child.stdout), read(child.stderr)]);
  return { code, stdout, stderr };
}

/** How long to wait between two looks at something that takes minutes. */
export function pause(): Promise<void> {
  const seconds = Number(process.env['DELIVERY_POLL_SECONDS'] ?? '10');
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1_000);
  });
}
