/** What the files of a Terraform module say of where things come from. */
export interface ModuleSources {
  /** The `source` of every provider in `required_providers`, as written: `hashicorp/aws`. */
  readonly providers: readonly string[];
  /** The `source` of every module that lies beside this one: `./network`, `../shared`. */
  readonly localModules: readonly string[];
}

const REQUIRED = /\brequired_providers\s*\{/g;
const MODULE = /\bmodule\s+"[^"\n]*"\s*\{/g;
const SOURCE = /(?:^|[\s{,])"?source"?\s*[=:]\s*"([^"\n]*)"/g;

/**
 * Reads the text of a `.tf` file no further than needed for the sources in it; whatever else it holds, and mistakes,
 * are passed over. Providers that a configuration uses without requiring them are not found.
 */
export function readModuleSources(text: string): ModuleSources {
  const bare = withoutComments(text);
  const sourcesIn = (start: RegExp) => blocksOf(bare, start).flatMap((block) => matches(block, SOURCE));
  return {
    providers: sourcesIn(REQUIRED),
    localModules: sourcesIn(MODULE).filter((source) => /^\.{1,2}\//.test(source)),
  };
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

/** Comments replaced by blanks; quoted texts, which may hold their signs, stay. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : ' ',
  );
}

/** What stands between the brace that `start` ends with and the one that closes it. */
function blocksOf(text: string, start: RegExp): readonly string[] {
  return [...text.matchAll(start)].map(({ index, 0: opening }) => {
    const from = index + opening.length;
    let depth = 1;
    let at = from;
    for (; at < text.length && depth > 0; at += 1) {
      if (text[at] === '{') depth += 1;
      if (text[at] === '}') depth -= 1;
    }
    return text.slice(from, at);
  });
}
