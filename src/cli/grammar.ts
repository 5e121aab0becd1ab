import { Command, Option } from 'commander';
import { didYouMean } from '../domain/config/did-you-mean.ts';
import type { Problem } from '../domain/errors.ts';
import {
  type ArgumentSpec,
  type CommandGroupSpec,
  type CommandSpec,
  type Invocation,
  longFlag,
  type VariableSpec,
} from './command-spec.ts';
import { renderTable } from './render/table.ts';

export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly columns: number;
}

/** What the grammar hands back: a command to carry out, or words that name none. */
export interface GrammarListener {
  readonly execute: (
    spec: CommandSpec,
    call: Pick<Invocation, 'operands' | 'options' | 'problems'>,
  ) => Promise<void>;
  readonly misuse: (problems: readonly Problem[]) => void;
}

/**
 * A command of the program as commander sees it. Options and arguments are gathered, never judged one at a
 * time, so that a command can name everything that is wrong at once.
 */
export function toCommand(
  spec: CommandSpec | CommandGroupSpec,
  output: ProgramOutput,
  listener: GrammarListener,
): Command {
  if ('run' in spec) return leaf(spec, output, listener);
  const command = group(spec, output, listener);
  for (const child of spec.commands) command.addCommand(leaf(child, output, listener));
  return command;
}

function blank(name: string, output: ProgramOutput): Command {
  return new Command(name)
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .configureHelp({
      helpWidth: helpWidth(output.columns),
      // An optional value lets "left out" be reported together with every other problem; to a reader it is required.
      optionTerm: (option) => option.flags.replace('[', '<').replace(']', '>'),
      subcommandTerm: (command) => command.name(),
    })
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .allowUnknownOption()
    .allowExcessArguments();
}

/** A word that only leads to commands: alone it shows its help, with anything else it is a misuse. */
export function group(
  spec: Omit<CommandGroupSpec, 'commands'>,
  output: ProgramOutput,
  listener: GrammarListener,
): Command {
  const command = blank(spec.name, output)
    .summary(spec.summary)
    .description(spec.description)
    .usage('<command> [options]')
    .helpCommand('help [command]', 'show the help of a command')
    .enablePositionalOptions();
  return command.action(() => {
    const [first] = command.args;
    if (first === undefined) command.help({ error: true });
    else listener.misuse([unknownWord(command, first)]);
  });
}

function leaf(spec: CommandSpec, output: ProgramOutput, listener: GrammarListener): Command {
  const command = blank(spec.name, output).summary(spec.summary).description(spec.description);
  const operands = argumentsOf(spec);
  for (const { term, description } of operands) {
    // Whether it is there is checked with everything else.
    command.argument(term.replace('<', '[').replace('>', ']'), description);
  }
  if (operands.length > 0) command.usage(`${operands.map(({ term }) => term).join(' ')} [options]`);
  for (const option of spec.options) {
    const known = new Option(option.flags.replace('<', '[').replace('>', ']'), option.description);
    command.addOption(option.repeatable ? known.argParser(joined) : known);
  }
  const variables = spec.variables.length === 0 ? '' : `\n${variablesHelp(spec.variables, output.columns)}\n`;
  command.addHelpText(
    'after',
    `${variables}\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`,
  );
  return command.action(async () => {
    await listener.execute(spec, { ...splitArguments(spec, command.args), options: command.opts() });
  });
}

function joined(value: string, earlier: unknown): string {
  return typeof earlier === 'string' ? `${earlier},${value}` : value;
}

/** Commander hands unknown options over among the operands; after the first, a word may be its value. */
function splitArguments(
  spec: CommandSpec,
  words: readonly string[],
): Pick<Invocation, 'operands' | 'problems'> {
  const firstUnknown = words.findIndex(isOption);
  const operands = firstUnknown === -1 ? words : words.slice(0, firstUnknown);
  const unknown = firstUnknown === -1 ? [] : words.slice(firstUnknown).filter(isOption);
  const known = [...spec.options.map(longFlag), '--help'];
  const problems = unknown.map((word) => unknownOption(word, known, spec.elsewhere));
  return { operands, problems: [...problems, ...operandProblems(argumentsOf(spec), operands)] };
}

function argumentsOf({ argument, secondArgument }: CommandSpec): readonly ArgumentSpec[] {
  return [argument, secondArgument].filter((each) => each !== undefined);
}

function operandProblems(wanted: readonly ArgumentSpec[], operands: readonly string[]): readonly Problem[] {
  const missing = wanted.slice(operands.length).filter(({ term }) => term.startsWith('<'));
  return [
    ...missing.map(({ term, description }) => ({
      path: term.slice(1, -1),
      message: 'is missing',
      fix: `Give ${description}.`,
    })),
    ...operands
      .slice(wanted.length)
      .map((operand) => ({ path: operand, message: 'is one argument too many', fix: 'Leave it out.' })),
  ];
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** Only the option's name is repeated: what stands behind "=" may be a secret. */
function unknownOption(
  word: string,
  known: readonly string[],
  elsewhere: CommandSpec['elsewhere'] = {},
): Problem {
  const path = word.split('=')[0] ?? word;
  const instead = elsewhere[path];
  if (instead !== undefined) return { path, message: 'is not an option of this command', fix: instead };
  if (path === '--token') {
    return {
      path,
      message: 'is not an option, because process lists show it to every user of the machine',
      fix: 'Set TFC_TOKEN, or name a file with --token-file or TFC_TOKEN_FILE.',
    };
  }
  const meant = didYouMean(path, known);
  const fix = meant === undefined ? '--help lists the options.' : `Did you mean ${meant}?`;
  return { path, message: 'is not an option of this command', fix };
}

function unknownWord(command: Command, word: string): Problem {
  const names = command.commands.map((child) => child.name());
  if (isOption(word)) {
    const path = word.split('=')[0] ?? word;
    return {
      path,
      message: 'stands before any command',
      fix: `Write the command first: ${names.join(', ')}.`,
    };
  }
  const meant = didYouMean(word, names) ?? names.find((name) => lettersOf(name) === lettersOf(word));
  return {
    path: word,
    message: 'is not a command',
    fix: meant === undefined ? `The commands are: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  };
}

/** The same for two words whose letters are only in another order, as in "snyc". */
function lettersOf(word: string): string {
  return word.split('').sort().join('');
}

export function variablesHelp(variables: readonly VariableSpec[], columns: number): string {
  const rows = variables.map(({ name, description }) => [name, description]);
  const canvas = { columns: helpWidth(columns) - 2, color: false };
  const lines = renderTable([{ title: '' }, { title: '', narrowest: 20 }], rows, canvas).split('\n');
  return `Environment:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** Long lines are hard to read, and nobody knows how wide a pipe is. */
function helpWidth(columns: number): number {
  return Math.min(columns, 80);
}
