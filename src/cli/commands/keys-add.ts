import { describeFileProblem, readTextFile } from '../../adapters/local/read-text-file.ts';
import { type AddedKey, addSigningKey } from '../../application/keys/signing-keys.ts';
import { SyncError } from '../../domain/errors.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { keyDocument, organizationFormDocument, renderKeyTable } from '../render/signing-keys.ts';
import { wrapParagraph } from '../render/wrap.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import {
  ORGANIZATION_OPTIONS,
  ORGANIZATION_VARIABLES,
  readOrganizationSettings,
  tell,
  withDestination,
} from './keys-run.ts';

const MAX_KEY_BYTES = 1024 * 1024;

export const addKeyCommand: CommandSpec = {
  name: 'add',
  summary: 'add signing keys to the organization',
  description:
    'Adds every public key of an armored file to the organization. Keys that are there stay as they are.',
  argument: {
    term: '<FILE>',
    description: 'a file of armored public keys (-----BEGIN PGP PUBLIC KEY BLOCK-----)',
  },
  options: ORGANIZATION_OPTIONS,
  variables: ORGANIZATION_VARIABLES,
  examples: ['provider-sync keys add publisher.asc'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const armor = await readKeyFile(reader, invocation);
    const settings = await readOrganizationSettings(reader, invocation);
    const added = await withDestination(invocation, settings, ({ signingKeys }) =>
      addSigningKey({ signingKeys }, armor).catch(blameFile),
    );
    const document = {
      keys: added.map(({ key, outcome, stored }) => ({
        ...keyDocument(key),
        outcome,
        ...(outcome === 'present' && { organizationForm: organizationFormDocument(stored) }),
      })),
    };
    tell(invocation, settings, document, () => {
      const outcomes = added.flatMap((each) => describeAddition(each, invocation.io.stdout.columns));
      const keys = added.map(({ key }) => key);
      return `${renderKeyTable({ keys }, systemClock.now(), invocation.io.stdout)}\n\n${outcomes.join('\n')}`;
    });
    return 0;
  },
};

function describeAddition({ key: { keyId }, outcome, stored }: AddedKey, columns: number): readonly string[] {
  if (outcome === 'added') return [`Added ${keyId}.`];
  if (stored === undefined || stored.relation === 'same') return [`${keyId} was already there.`];
  const text = [
    `${keyId} was already there in another form, which was not replaced: the API has no way to.`,
    ...stored.differences.map((difference) => difference.replace('published', 'file’s')),
    'To bring the file’s form, delete the key from the organization’s keys and add it again.',
  ];
  return wrapParagraph(text.join(' '), columns);
}

async function readKeyFile(reader: SettingsReader, { operands }: Invocation): Promise<string> {
  const [path] = operands;
  if (path === undefined) return '';
  const file = await readTextFile(path, MAX_KEY_BYTES);
  if ('text' in file) return file.text;
  reader.note({ path: 'FILE', message: `${path} ${describeFileProblem(file.problem)}` });
  return '';
}

/** A key that a person hands over is the person's to mend, where one from a registry is the registry's. */
function blameFile(error: unknown): never {
  if (!(error instanceof SyncError) || error.origin !== 'upstream') throw error;
  const problems = [{ path: 'FILE', message: error.message }];
  throw new SyncError('ArgumentsInvalid', 'The file’s keys cannot be added.', { cause: error, problems });
}
