import type { CliIo, Environment, Output } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line inside this process, on streams of memory that are no terminal. */
export async function runInProcess(args: readonly string[], environment: Environment = {}): Promise<Ran> {
  const stdout = recordingOutput();
  const stderr = recordingOutput();
  const code = await run(args, { ...recordingIo(environment), stdout, stderr });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

export interface RecordingOutput extends Output {
  readonly text: () => string;
}

export function recordingOutput(overrides: Partial<Output> = {}): RecordingOutput {
  let text = '';
  return {
    write: (more) => {
      text += more;
    },
    isTerminal: false,
    columns: Number.POSITIVE_INFINITY,
    color: false,
    stream: process.stdout,
    ...overrides,
    text: () => text,
  };
}

export function recordingIo(environment: Environment = {}): CliIo {
  return {
    stdout: recordingOutput(),
    stderr: recordingOutput(),
    environment,
    monotonic: () => 0,
    onStopSignal: () => () => {},
    every: () => () => {},
    exit: () => {},
  };
}
