import type { Command } from 'commander';
import type { CommandGroupSpec, CommandSpec } from './command-spec.ts';
import { approveCommand } from './commands/approve.ts';
import { bottlesCommands } from './commands/bottles.ts';
import { catalogueCommand } from './commands/catalogue.ts';
import { cleanupCommand } from './commands/cleanup.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { deploymentsCommands } from './commands/deployments.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exportCommand } from './commands/export.ts';
import { historyCommand } from './commands/history.ts';
import { importCommand } from './commands/import.ts';
import { keysCommands } from './commands/keys.ts';
import { ledgerCommands } from './commands/ledger.ts';
import { lockCommand } from './commands/lock.ts';
import { planCommand } from './commands/plan.ts';
import { recallCommand, unrecallCommand } from './commands/recall.ts';
import { serveCommand } from './commands/serve.ts';
import { syncCommand } from './commands/sync.ts';
import { validateCommand } from './commands/validate.ts';
import { verifyCommand } from './commands/verify.ts';
import { versionCommand } from './commands/version.ts';
import { type GrammarListener, group, type ProgramOutput, toCommand, variablesHelp } from './grammar.ts';
import { PROGRAM_VARIABLES } from './shared-options.ts';
import { VERSION } from './version.ts';

/** Every command, in the order of the help. A new one is a file in `commands/` and a line here. */
const COMMANDS: readonly (CommandSpec | CommandGroupSpec)[] = [
  validateCommand,
  planCommand,
  syncCommand,
  verifyCommand,
  cleanupCommand,
  lockCommand,
  exportCommand,
  importCommand,
  keysCommands,
  approveCommand,
  recallCommand,
  unrecallCommand,
  historyCommand,
  evidenceCommand,
  ledgerCommands,
  bottlesCommands,
  catalogueCommand,
  deploymentsCommands,
  serveCommand,
  demoCommand,
  completionCommand(() => COMMANDS),
  versionCommand,
];

const EXIT_CODES = `Exit codes:
  0    all well (plan --detailed-exitcode: nothing to do)
  1    something failed or differs
  2    a mistake in arguments, settings or config; nothing was touched
       (plan --detailed-exitcode: a sync would change something; mistakes are 1)
  130  stopped by Ctrl-C (143: by SIGTERM)`;

/** The whole command line. Help and version end its parsing with a CommanderError. */
export function buildProgram(output: ProgramOutput, listener: GrammarListener): Command {
  const about = {
    name: 'provider-sync',
    summary: '',
    description:
      'Keeps private registries of HCP Terraform and Terraform Enterprise, network mirrors and OCI mirrors supplied ' +
      'with verified providers.',
  };
  const program = group(about, output, listener).version(VERSION, '-v, --version', 'show the version');
  for (const spec of COMMANDS) program.addCommand(toCommand(spec, output, listener));
  const hint = 'Each command has its own help: provider-sync sync --help';
  return program.addHelpText(
    'after',
    `\n${variablesHelp(PROGRAM_VARIABLES, output.columns)}\n\n${EXIT_CODES}\n\n${hint}`,
  );
}
