import { type CommandGroupSpec, type CommandSpec, longFlag } from '../command-spec.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** A command by its words (`keys list`), with what may follow. */
interface Completed {
  readonly words: string;
  readonly summary: string;
  readonly flags: readonly {
    readonly flag: string;
    readonly description: string;
    readonly takesValue: boolean;
  }[];
}

const HELP = { flag: '--help', description: 'show help', takesValue: false };

/** A script that completes the program's commands, their options, and file names everywhere else. */
export function completionScript(
  shell: Shell,
  commands: readonly (CommandSpec | CommandGroupSpec)[],
): string {
  const completed = commands.flatMap((command) => {
    const own = completedOf(command.name, command);
    if (!('commands' in command)) return [own];
    return [own, ...command.commands.map((each) => completedOf(`${command.name} ${each.name}`, each))];
  });
  if (shell === 'bash') return bash(completed);
  return shell === 'zsh' ? zsh(completed) : fish(completed);
}

function completedOf(words: string, spec: CommandSpec | CommandGroupSpec): Completed {
  const options = 'options' in spec ? spec.options : [];
  const flags = options.map((option) => ({
    flag: longFlag(option),
    description: option.description,
    takesValue: option.flags.includes('<'),
  }));
  return { words, summary: spec.summary, flags: [...flags, HELP] };
}

/** The words that may follow `words`: commands first, then options. */
function followers(completed: readonly Completed[], words: string): readonly string[] {
  const prefix = words === '' ? '' : `${words} `;
  const children = completed
    .filter((each) => each.words.startsWith(prefix))
    .map((each) => each.words.slice(prefix.length))
    .filter((rest) => rest !== '' && !rest.includes(' '));
  const flags = completed.find((each) => each.words === words)?.flags ?? [HELP, { flag: '--version' }];
  return [...children, ...flags.map(({ flag }) => flag)];
}

function bash(completed: readonly Completed[]): string {
  const cases = ['', ...completed.map(({ words }) => words)].map(
    (words) => `    "${words}") words="${followers(completed, words).join(' ')}" ;;`,
  );
  return `# bash completion for provider-sync
_provider_sync() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${completed.map(({ words }) => `"${words}"`).join(' | ')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _provider_sync provider-sync
`;
}

function zsh(completed: readonly Completed[]): string {
  const described = (words: string) => {
    const prefix = words === '' ? '' : `${words} `;
    const children = completed
      .filter((each) => each.words.startsWith(prefix) && !each.words.slice(prefix.length).includes(' '))
      .filter((each) => each.words !== words)
      .map((each) => zshItem(each.words.slice(prefix.length), each.summary));
    const flags = completed.find((each) => each.words === words)?.flags ?? [HELP];
    return [...children, ...flags.map(({ flag, description }) => zshItem(flag, description))].join(' ');
  };
  const cases = ['', ...completed.map(({ words }) => words)].map(
    (words) => `    "${words}") items=(${described(words)}) ;;`,
  );
  return `#compdef provider-sync
_provider_sync() {
  local path_="" word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
      ${completed.map(({ words }) => `"${words}"`).join(' | ')}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
  case "$path_" in
${cases.join('\n')}
  esac
  _describe 'provider-sync' items
  _files
}
if [ "\${funcstack[1]}" = "_provider_sync" ]; then
  _provider_sync "$@"
else
  compdef _provider_sync provider-sync
fi
`;
}

function zshItem(word: string, description: string): string {
  return quoted(`${word}:${description.replaceAll(':', String.raw`\:`)}`);
}

function fish(completed: readonly Completed[]): string {
  const names = completed.filter(({ words }) => !words.includes(' ')).map(({ words }) => words);
  const none = `not __fish_seen_subcommand_from ${names.join(' ')}`;
  const lines = completed.flatMap(({ words, summary, flags }) => {
    const [first = '', second] = words.split(' ');
    const seen = `__fish_seen_subcommand_from ${first}`;
    const siblings = completed
      .filter((each) => each.words.startsWith(`${first} `))
      .map((each) => each.words.split(' ')[1]);
    const itself =
      second === undefined
        ? `complete -c provider-sync -n ${quoted(none)} -f -a ${first} -d ${quoted(summary)}`
        : `complete -c provider-sync -n ${quoted(`${seen}; and not __fish_seen_subcommand_from ${siblings.join(' ')}`)} -f -a ${second} -d ${quoted(summary)}`;
    const within = second === undefined ? seen : `${seen}; and __fish_seen_subcommand_from ${second}`;
    return [
      itself,
      ...flags.map(
        ({ flag, description, takesValue }) =>
          `complete -c provider-sync -n ${quoted(within)} -l ${flag.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(description)}`,
      ),
    ];
  });
  return `# fish completion for provider-sync\n${lines.join('\n')}\n`;
}

/** In single quotes, as all three shells read it where the text has none itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
