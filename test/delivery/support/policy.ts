import type { Json } from '../../deployment/support/cloudformation.ts';

/** One request as IAM sees it. Context keys that are absent are absent, not empty. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether these policy documents let the request pass: some statement allows it and none denies it. Written after the
 * "IAM JSON policy elements" of the IAM User Guide; throws for an element or operator that it does not know, rather
 * than guess.
 */
export function allows(documents: readonly Json[], request: Request): boolean {
  const fitting = documents
    .flatMap(({ Statement }): readonly Json[] => [Statement].flat())
    .filter((statement) => fits(statement, request))
    .map(({ Effect }) => String(Effect));
  return fitting.includes('Allow') && !fitting.includes('Deny');
}

const KNOWN = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'NotResource', 'Condition']);

function fits(statement: Json, { action, resource, context = {} }: Request): boolean {
  const unknown = Object.keys(statement).filter((element) => !KNOWN.has(element));
  if (unknown.length > 0) throw new Error(`The evaluator does not know ${unknown.join(', ')}.`);
  const actions = [statement.Action].flat() as string[];
  const matches = (patterns: Json) =>
    ([patterns].flat() as string[]).some((pattern) => matchesVariable(pattern, resource, context, like));
  return (
    actions.some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    (statement.NotResource === undefined
      ? matches(statement.Resource ?? '*')
      : !matches(statement.NotResource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys as Json).every(([key, values]) =>
        holds(operator, values, valueOf(key, context), context),
      ),
    )
  );
}

/** Names of condition keys do not distinguish case; values do. */
function valueOf(key: string, context: NonNullable<Request['context']>): string | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

type Context = NonNullable<Request['context']>;

function holds(operator: string, values: unknown, actual: string | undefined, context: Context) {
  const any = (matcher: Matcher) =>
    actual !== undefined &&
    [values].flat().some((value) => matchesVariable(String(value), actual, context, matcher));
  switch (operator) {
    case 'StringEquals':
    case 'ArnEquals':
      return any(equal);
    // What is denied unless a key has a value is denied where there is no such key.
    case 'StringNotEquals':
      return !any(equal);
    case 'StringLike':
    case 'ArnLike':
      return any(like);
    case 'StringEqualsIfExists':
      return actual === undefined || any(equal);
    // Of keys with one value: a key that is missing has no value that could fail.
    case 'ForAllValues:StringEquals':
      return actual === undefined || any(equal);
    case 'Bool':
      return any(equal);
    case 'Null':
      return String(values) === String(actual === undefined);
    default:
      throw new Error(`The evaluator does not know the operator ${operator}.`);
  }
}

type Matcher = (pattern: string, text: string) => boolean;

const equal: Matcher = (pattern, text) => pattern === text;

const like: Matcher = (pattern, text) =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text);

/** A policy variable that has no value lets the whole pattern match nothing. */
function matchesVariable(pattern: string, text: string, context: Context, matcher: Matcher): boolean {
  let complete = true;
  const filled = pattern.replaceAll(/\$\{([^}]+)\}/g, (_match, name: string) => {
    const value = valueOf(name, context);
    complete &&= value !== undefined;
    return value ?? '';
  });
  return complete && matcher(filled, text);
}
