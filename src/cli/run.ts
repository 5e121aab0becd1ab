import { CommanderError } from 'commander';
import { SyncError, toSyncError } from '../domain/errors.ts';
import { redact } from '../domain/secrets/redaction.ts';
import type { CommandSpec, Invocation } from './command-spec.ts';
import { type JsonForm, tellFailure } from './failure.ts';
import { listenForInterruption } from './interruption.ts';
import type { CliIo, Output } from './io.ts';
import { buildProgram } from './program.ts';

/** Carries one command line out and returns the exit code; never throws. `argv` begins with the command. */
export async function run(argv: readonly string[], process: CliIo): Promise<number> {
  const io = { ...process, stdout: redacting(process.stdout), stderr: redacting(process.stderr) };
  let exitCode = 0;
  const json = argv.includes('--json-lines') ? 'lines' : argv.includes('--json') ? 'document' : undefined;
  const program = buildProgram(
    { out: io.stdout.write, err: io.stderr.write, columns: io.stdout.columns },
    {
      execute: async (spec, call) => {
        exitCode = await execute(spec, call, io, json);
      },
      misuse: (problems) => {
        const error = new SyncError('ArgumentsInvalid', 'The command cannot be run as it is written.', {
          problems,
        });
        exitCode = tellFailure(io, error, json);
      },
    },
  );
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Thrown after help or version was shown; help that nobody asked for stands for a missing command.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tellFailure(io, toSyncError(error), json);
  }
}

async function execute(
  spec: CommandSpec,
  call: Pick<Invocation, 'operands' | 'options' | 'problems'>,
  io: CliIo,
  json: JsonForm,
): Promise<number> {
  using interruption = listenForInterruption(io);
  let exitCode: number;
  try {
    exitCode = await spec.run({ ...call, io, signal: interruption.signal });
  } catch (error) {
    const told = tellFailure(io, toSyncError(error), json);
    // There 2 says that a plan has changes.
    exitCode = call.options['detailedExitcode'] === true ? 1 : told;
  }
  return exitCode === 0 ? 0 : (interruption.exitCode() ?? exitCode);
}

/** The one way out to a person or a pipe: no secret that this process holds passes it, whoever wrote it there. */
function redacting(output: Output): Output {
  return { ...output, write: (text) => output.write(redact(text)) };
}
