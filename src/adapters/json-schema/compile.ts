import vm from 'node:vm';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { DataCheck, DataProblem } from '../../domain/ledger-intake/judge.ts';
import { FORMATS } from './formats.ts';

/** How long one look at one event may take. A pattern that goes wrong is stopped within it. */
const CHECK_MS = 500;

/**
 * A check of data by a JSON Schema of draft 2020-12. Nothing is fetched: a reference that leads elsewhere is refused, and
 * so are unknown keywords and formats. Throws an Error with the compiler's words.
 */
export function compileSchema(schema: Readonly<Record<string, unknown>>, checkMs = CHECK_MS): DataCheck {
  // One instance a schema: a second schema under the same $id would be refused.
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    ownProperties: true,
    logger: false,
  });
  for (const [name, validate] of Object.entries(FORMATS)) ajv.addFormat(name, validate);
  const validate = ajv.compile(schema);
  // Only within a vm can a regular expression that is running be stopped, and the stack of a check overflow alone.
  const context = vm.createContext({ look: (data: unknown) => validate(data), data: undefined });
  const script = new vm.Script('look(data)');
  return (data) => {
    context['data'] = data;
    try {
      if (script.runInContext(context, { timeout: checkMs }) === true) return undefined;
      return problemOf(validate.errors?.[0]);
    } catch (error) {
      return stopped(error, checkMs);
    } finally {
      context['data'] = undefined;
    }
  };
}

function problemOf(error: ErrorObject | undefined): DataProblem {
  const { instancePath = '', message = 'is not what the schema says', params = {} } = error ?? {};
  // The name of a member, never what it holds.
  const { additionalProperty } = params as { additionalProperty?: unknown };
  const which = typeof additionalProperty === 'string' ? `: ${additionalProperty.slice(0, 100)}` : '';
  return { pointer: instancePath, message: `${instancePath || 'The data'} ${message}${which}` };
}

function stopped(error: unknown, checkMs: number): DataProblem {
  const { code } = error as { code?: unknown };
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
    return { pointer: '', message: `Looking at the data took more than ${checkMs} ms.`, tooSlow: true };
  }
  if (error instanceof RangeError) {
    return { pointer: '', message: 'The data is too much for its schema.', tooSlow: true };
  }
  throw error;
}
