import { SyncError } from '../../domain/errors.ts';
import type { CommandGroupSpec, CommandSpec } from '../command-spec.ts';
import { completionScript, SHELLS } from '../completion/scripts.ts';

/** `commands` gives every command of the program, this one included: they are known only when it is built. */
export function completionCommand(commands: () => readonly (CommandSpec | CommandGroupSpec)[]): CommandSpec {
  return {
    name: 'completion',
    summary: 'write a completion script for bash, zsh or fish',
    description:
      'Writes a script to stdout that completes commands, options and file names in your shell. Load it where the ' +
      'shell starts, as the examples do.',
    argument: { term: '<SHELL>', description: 'bash, zsh or fish' },
    options: [],
    variables: [],
    examples: [
      'provider-sync completion bash > ~/.provider-sync.bash',
      'provider-sync completion zsh > "${fpath[1]}/_provider-sync"',
      'provider-sync completion fish > ~/.config/fish/completions/provider-sync.fish',
    ],
    run: async ({ io, operands, problems }) => {
      const [name = ''] = operands;
      const shell = SHELLS.find((each) => each === name);
      const wrong =
        shell === undefined && operands.length > 0
          ? [{ path: 'SHELL', message: `is "${name}"`, fix: `Give one of ${SHELLS.join(', ')}.` }]
          : [];
      if (shell === undefined || problems.length > 0) {
        throw new SyncError('ArgumentsInvalid', 'The command cannot be run as it is written.', {
          problems: [...problems, ...wrong],
        });
      }
      io.stdout.write(completionScript(shell, commands()));
      return 0;
    },
  };
}
