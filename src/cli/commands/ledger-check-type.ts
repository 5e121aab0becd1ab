import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { judgeType } from '../../application/ledger-intake/register-type.ts';
import { SyncError } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { MAX_TYPE_DOCUMENT_BYTES, typeOfKey } from '../../domain/ledger-intake/schema.ts';
import type { CommandSpec } from '../command-spec.ts';
import { countOf } from '../render/quantities.ts';
import { readOutputSettings } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import { OUTPUT_OPTIONS } from '../shared-options.ts';
import { tell } from './keys-run.ts';

export const checkTypeCommand: CommandSpec = {
  name: 'check-type',
  summary: 'check an event type of your own before it is registered',
  description:
    'Checks the JSON Schema of an event type, its rules and its samples as the pipeline on AWS does when the file is ' +
    'put into its bucket. The file’s name is the type: com.example.order.v1.json. Exits with 1 when it would be refused.',
  argument: { term: '<FILE>', description: 'the type’s file' },
  options: OUTPUT_OPTIONS,
  variables: [],
  examples: ['provider-sync ledger check-type com.example.payment.transaction.v1.json'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const [file = ''] = invocation.operands;
    const type = typeOfKey(path.basename(file), '');
    if (type === undefined && file !== '') {
      reader.note({
        path: 'FILE',
        message: `is "${file}"`,
        fix: 'Name the file after the type, with its version: com.example.order.v1.json.',
      });
    }
    const settings = reader.requireSound(readOutputSettings(reader));
    const { createTypeTrial } = await import('../../adapters/json-schema/trial.ts');
    const judgement = await judgeType(createTypeTrial(), type ?? '', await readDocument(file));
    const problems = 'problems' in judgement ? judgement.problems : [];
    const digest = 'registered' in judgement ? judgement.registered.digest : null;
    const samples = 'samples' in judgement ? judgement.samples : 0;
    const ok = problems.length === 0;
    const { io } = invocation;
    const lines = problems.map(printable);
    tell(invocation, settings, { ok, type, digest, samples, problems }, () =>
      ok
        ? `${type} can be registered: ${countOf(samples, 'sample')} judged as they should be, schema ${digest?.slice(0, 12)}.`
        : [...lines, `${type} would be refused.`].join('\n'),
    );
    if (settings.quiet && !settings.json && !ok) io.stderr.write(`${lines.join('\n')}\n`);
    return ok ? 0 : 1;
  },
};

async function readDocument(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > 4 * MAX_TYPE_DOCUMENT_BYTES) throw new SyncError('ArgumentsInvalid', `${file} is too large.`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof SyncError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new SyncError('ArgumentsInvalid', `${file} cannot be read (${code}).`, { cause: error });
  }
}
