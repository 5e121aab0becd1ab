/** A CloudFormation template as JSON, before or after `resolveTemplate`. */
export interface Template {
  readonly Parameters: Readonly<Record<string, TemplateParameter>>;
  readonly Rules?: Readonly<Record<string, TemplateRule>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Condition?: string; readonly Value: unknown }>>;
}

interface TemplateParameter {
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
}

interface TemplateRule {
  readonly RuleCondition?: unknown;
  readonly Assertions: readonly { readonly Assert: unknown; readonly AssertDescription: string }[];
}

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: Readonly<Record<string, Json>>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- the assertions walk into templates of any form
export type Json = any;

export type Parameters = Readonly<Record<string, string | number>>;

const PSEUDO_PARAMETERS: Parameters = {
  'AWS::Region': 'REGION',
  'AWS::AccountId': 'ACCOUNT',
  'AWS::Partition': 'PARTITION',
  'AWS::StackName': 'STACK',
  'AWS::StackId': 'arn:PARTITION:cloudformation:REGION:ACCOUNT:stack/STACK/ID',
  'AWS::URLSuffix': 'URLSUFFIX',
};

const ABSENT = Symbol('AWS::NoValue');

/**
 * The template as CloudFormation would create it with these parameters: conditions decided, intrinsic functions
 * evaluated. A reference to a resource becomes `<LogicalId>` or `<LogicalId.Attribute>`. Throws when something
 * refers to a resource that does not exist with these parameters.
 */
export function resolveTemplate(template: Template, given: Parameters): Template {
  const evaluator = createEvaluator(template, given);
  const present = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || evaluator.condition(Condition),
  );
  const names = new Set(present.map(([name]) => name));
  const Resources = Object.fromEntries(
    present.map(([name, resource]) => [
      name,
      { ...resource, Properties: evaluator.value(resource.Properties ?? {}, names) as Record<string, Json> },
    ]),
  );
  const told = Object.entries(template.Outputs).filter(
    ([, { Condition }]) => Condition === undefined || evaluator.condition(Condition),
  );
  const Outputs = evaluator.value(
    Object.fromEntries(told.map(([name, { Value }]) => [name, { Value }])),
    names,
  ) as Template['Outputs'];
  return { ...template, Resources, Outputs };
}

/** What the Rules section says against these parameters; empty when they are accepted. */
export function brokenRules(template: Template, given: Parameters): readonly string[] {
  const evaluator = createEvaluator(template, given);
  const none = new Set<string>();
  return Object.values(template.Rules ?? {})
    .filter(
      ({ RuleCondition }) => RuleCondition === undefined || evaluator.value(RuleCondition, none) === true,
    )
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => evaluator.value(Assert, none) !== true)
    .map(({ AssertDescription }) => AssertDescription);
}

function createEvaluator(template: Template, given: Parameters) {
  const defaults = Object.entries(template.Parameters).flatMap(([name, { Default }]) =>
    Default === undefined ? [] : [[name, Default] as const],
  );
  const parameters: Parameters = { ...PSEUDO_PARAMETERS, ...Object.fromEntries(defaults), ...given };

  const condition = (name: string): boolean => {
    if (!(name in template.Conditions)) throw new Error(`There is no condition "${name}".`);
    return value(template.Conditions[name], new Set()) === true;
  };

  const reference = (text: string, resources: ReadonlySet<string>): unknown => {
    if (text === 'AWS::NoValue') return ABSENT;
    if (text in parameters) return parameters[text];
    const [logicalId = ''] = text.split('.');
    if (!resources.has(logicalId)) throw new Error(`"${text}" refers to something that is not there.`);
    return `<${text}>`;
  };

  const substitute = (argument: unknown, resources: ReadonlySet<string>): string => {
    const [text, extra] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Json];
    const variables = value(extra, resources) as Record<string, unknown>;
    return text
      .replaceAll(/\$\{([^}!]+)\}/g, (_match, name: string) =>
        String(name in variables ? variables[name] : reference(name, resources)),
      )
      .replaceAll('${!', '${');
  };

  const functions: Readonly<Record<string, (argument: Json, resources: ReadonlySet<string>) => unknown>> = {
    Ref: (name, resources) => reference(name, resources),
    Condition: (name) => condition(name),
    'Fn::GetAtt': (at, resources) => reference(Array.isArray(at) ? at.join('.') : at, resources),
    'Fn::Sub': substitute,
    'Fn::If': ([name, yes, no], resources) => value(condition(name) ? yes : no, resources),
    'Fn::Equals': (pair, resources) => {
      const [left, right] = value(pair, resources) as [unknown, unknown];
      return String(left) === String(right);
    },
    'Fn::Not': (list, resources) => !(value(list, resources) as [boolean])[0],
    'Fn::And': (list, resources) => (value(list, resources) as boolean[]).every(Boolean),
    'Fn::Or': (list, resources) => (value(list, resources) as boolean[]).some(Boolean),
    'Fn::Join': (pair, resources) => {
      const [separator, items] = value(pair, resources) as [string, string[]];
      return items.join(separator);
    },
    'Fn::Split': (pair, resources) => {
      const [separator, text] = value(pair, resources) as [string, string];
      return text.split(separator);
    },
    'Fn::Cidr': (list, resources) => {
      const [block, count] = value(list, resources) as [string, number];
      return Array.from({ length: count }, (_, at) => `${block}#${at}`);
    },
    'Fn::GetAZs': () => ['REGIONa', 'REGIONb'],
    'Fn::Select': (pair, resources) => {
      const [index, items] = value(pair, resources) as [number, string[]];
      const item = items[index];
      if (item === undefined) throw new Error(`Fn::Select asks for item ${index} of ${items.length}.`);
      return item;
    },
  };

  const value = (node: unknown, resources: ReadonlySet<string>): unknown => {
    if (Array.isArray(node))
      return node.map((item) => value(item, resources)).filter((item) => item !== ABSENT);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node);
    const [name = '', argument] = entries[0] ?? [];
    if (entries.length === 1 && name in functions) return functions[name]?.(argument, resources);
    if (entries.length === 1 && name.startsWith('Fn::')) throw new Error(`The test does not know ${name}.`);
    return Object.fromEntries(
      entries
        .map(([key, child]) => [key, value(child, resources)] as const)
        .filter(([, child]) => child !== ABSENT),
    );
  };

  return { condition, value };
}
