import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { didYouMean } from '../../config/did-you-mean.ts';
import type { Problem } from '../../errors.ts';
import { printable } from '../../integrity/untrusted-text.ts';

/** What may be said to a kind. */
export interface InputsSchema {
  /** Every input, with its description. */
  readonly properties: readonly {
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
  }[];
  /** Inputs whose values are secrets: a request names where they lie. */
  readonly secrets: readonly string[];
  readonly validate: ValidateFunction;
}

/** More than this is no input of a module but a file. */
const MOST_CHARACTERS = 64 * 1024;

/** Where a secret's value lies, never the value: `secret:NAME` on one machine, `ssm:/NAME` in Parameter Store. */
const SECRET_REFERENCE = /^(?:secret:[A-Za-z0-9_.-]{1,200}|ssm:\/[A-Za-z0-9_./-]{1,500})$/;

/** Set by the runner itself. */
const OWN = 'deployment_id';

/**
 * A JSON Schema (2020-12) of an object that allows no further properties. Properties with `writeOnly: true` are
 * secrets. The schema is the catalogue's own, and is compiled: it must not come from a request.
 */
export function readInputsSchema(
  document: unknown,
): { readonly schema: InputsSchema } | { readonly problem: string } {
  const { type, additionalProperties, properties, required } = (document ?? {}) as Record<string, unknown>;
  if (
    type !== 'object' ||
    additionalProperties !== false ||
    typeof properties !== 'object' ||
    properties === null
  ) {
    return { problem: 'must be of type "object", with "properties" and "additionalProperties": false' };
  }
  if (OWN in properties) return { problem: `has the property "${OWN}", which the runner sets itself` };
  const needed = new Set(Array.isArray(required) ? required.map(String) : []);
  const known = Object.entries(properties as Record<string, Record<string, unknown>>);
  try {
    const validate = new Ajv2020({ allErrors: true, validateFormats: false, verbose: true }).compile(
      document as object,
    );
    return {
      schema: {
        properties: known.map(([name, { description }]) => ({
          name,
          description: typeof description === 'string' ? description : '',
          required: needed.has(name),
        })),
        secrets: known.filter(([, { writeOnly }]) => writeOnly === true).map(([name]) => name),
        validate,
      },
    };
  } catch (error) {
    return { problem: `is no JSON Schema: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Everything that is wrong with a request's inputs, with its place. A value of a secret is never repeated. */
export function judgeInputs(
  schema: InputsSchema,
  inputs: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  if (JSON.stringify(inputs).length > MOST_CHARACTERS) {
    return [{ path: '$', message: `is longer than ${MOST_CHARACTERS} characters of JSON` }];
  }
  schema.validate(inputs);
  const names = schema.properties.map(({ name }) => name);
  const found = (schema.validate.errors ?? []).map((error) => problemOf(error, names, schema.secrets));
  const secrets = schema.secrets.flatMap((name): readonly Problem[] => {
    const value = inputs[name];
    if (value === undefined || (typeof value === 'string' && SECRET_REFERENCE.test(value))) return [];
    const message = 'is a secret and must not stand in a request';
    return [
      { path: `$.${name}`, message, fix: 'Keep it elsewhere and give its name: secret:NAME or ssm:/NAME.' },
    ];
  });
  return [...found, ...secrets];
}

function problemOf(error: ErrorObject, names: readonly string[], secrets: readonly string[]): Problem {
  const { instancePath, keyword, params, message = 'does not fit', data } = error;
  const path = pathOf(instancePath);
  if (keyword === 'additionalProperties') {
    const name = String(params['additionalProperty']);
    const meant = didYouMean(name, names);
    const fix = meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${meant}"?`;
    return { path: `${path}.${name.slice(0, 100)}`, message: 'is no input of this kind', fix };
  }
  if (keyword === 'required') {
    return { path: `${path}.${String(params['missingProperty'])}`, message: 'is missing' };
  }
  const secret = secrets.some((name) => instancePath === `/${name}` || instancePath.startsWith(`/${name}/`));
  const value = secret ? 'as it is' : printable(JSON.stringify(data) ?? '').slice(0, 200);
  if (keyword === 'enum') {
    const allowed = (params['allowedValues'] as unknown[]).map((each) => JSON.stringify(each)).join(', ');
    return { path, message: `is ${value}`, fix: `Give one of ${allowed}.` };
  }
  return { path, message: `is ${value}: it ${message}` };
}

/** `/subnets/0` → `$.subnets[0]`. */
function pathOf(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return `$${names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join('')}`;
}
