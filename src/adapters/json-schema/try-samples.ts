import type { TypeDocument } from '../../domain/ledger-intake/schema.ts';
import { compileSchema } from './compile.ts';

/** What is wrong with a type's schema, or with a sample that it does not judge as its author says. */
export function trySamples({ schema, samples }: Pick<TypeDocument, 'schema' | 'samples'>): readonly string[] {
  const check = compileSchema(schema);
  return samples.flatMap(({ valid, data }, index) => {
    const problem = check(data);
    if (problem?.tooSlow === true) return [`Sample ${index}: ${problem.message}`];
    if (valid === (problem === undefined)) return [];
    return valid
      ? [`Sample ${index} should be valid: ${problem?.message ?? ''}`]
      : [`Sample ${index} should not be valid, and is.`];
  });
}
