import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a program answers when its arguments contain all of `when`, in any order. */
export interface Answer {
  readonly when: readonly string[];
  readonly stdout?: unknown;
  readonly stderr?: string;
  readonly code?: number;
  /** Written to the last argument, as `aws s3api get-object` does. */
  readonly file?: string;
  /** Used up after this many calls; then the next fitting answer holds. */
  readonly times?: number;
}

export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** What the job's summary shows. */
  readonly summary: string;
  /** What later steps can read. */
  readonly outputs: string;
  readonly calls: readonly Call[];
}

/** Stands in for a program: writes down how it was called, and gives the first answer that fits and is not used up. */
const STUB = `#!${process.execPath}
const fs = require('node:fs'), path = require('node:path');
const folder = path.dirname(path.dirname(process.argv[1]));
const args = process.argv.slice(2), program = path.basename(process.argv[1]);
const stdin = args.includes('--input') ? fs.readFileSync(0, 'utf8') : '';
fs.appendFileSync(path.join(folder, 'calls.jsonl'), JSON.stringify({ program, args, stdin }) + '\\n');
const file = path.join(folder, 'answers.json');
const answers = JSON.parse(fs.readFileSync(file, 'utf8'));
const answer = answers.find(({ when, times = 1 }) =>
  times > 0 && when.every((word) => word === program || args.some((arg) => arg.includes(word))));
if (!answer) { process.stderr.write('no answer for ' + [program, ...args].join(' ')); process.exit(99); }
if (answer.times !== undefined) { answer.times -= 1; fs.writeFileSync(file, JSON.stringify(answers)); }
if (answer.file !== undefined) fs.writeFileSync(args.at(-1) === 'json' ? args.at(-3) : args.at(-1), answer.file);
if (answer.stdout !== undefined) process.stdout.write(JSON.stringify(answer.stdout));
if (answer.stderr !== undefined) process.stderr.write(answer.stderr);
process.exitCode = answer.code ?? 0;
`;

/** Runs a command of delivery/commands with programs that only record how they are called. */
export async function runRecorded(
  command: string,
  args: readonly string[],
  answers: readonly Answer[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-recorded-'));
  try {
    const bin = path.join(folder, 'bin');
    await writeFile(path.join(folder, 'answers.json'), JSON.stringify(answers));
    await mkdir(bin);
    for (const program of ['aws', 'sam', 'gh']) {
      await writeFile(path.join(bin, program), STUB);
      await chmod(path.join(bin, program), 0o755);
    }
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: folder,
      TMPDIR: folder,
      NODE_COMPILE_CACHE: process.env['COMPILED_COMMANDS'] ?? '',
      AWS_REGION: 'eu-central-1',
      ARTIFACT_BUCKET: 'provider-sync-delivery-123456789012-eu-central-1',
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_STEP_SUMMARY: path.join(folder, 'summary.md'),
      GITHUB_OUTPUT: path.join(folder, 'outputs'),
      DELIVERY_POLL_SECONDS: '0',
      ...environment,
    };
    const child = spawn(process.execPath, [`delivery/commands/${command}.ts`, ...args], { env });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const read = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => '');
    const lines = (await read('calls.jsonl')).split('\n').filter((line) => line !== '');
    return {
      code,
      output: Buffer.concat(output).toString(),
      summary: await read('summary.md'),
      outputs: await read('outputs'),
      calls: lines.map((line) => JSON.parse(line) as Call),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `aws cloudformation create-change-set` as `cloudformation create-change-set`, in the order of the calls. */
export function operations({ calls }: Ran): readonly string[] {
  return calls.map(({ program, args }) => {
    const words = args.slice(0, 2).join(' ');
    return program === 'aws' ? words : `${program} ${args[0]}`;
  });
}

/** The value behind an option of a call. */
export function option({ args }: Call, name: string): string | undefined {
  const index = args.indexOf(name);
  return index === -1 ? undefined : args[index + 1];
}
