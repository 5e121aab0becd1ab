import { showSigningKey } from '../../application/keys/signing-keys.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { keyDocument, renderKey } from '../render/signing-keys.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import {
  ORGANIZATION_OPTIONS,
  ORGANIZATION_VARIABLES,
  readOrganizationSettings,
  tell,
  withDestination,
} from './keys-run.ts';

export const showKeyCommand: CommandSpec = {
  name: 'show',
  summary: 'show one of the organization’s signing keys',
  description:
    'Shows one of the organization’s signing keys: fingerprint, owner, expiry, and the key itself.',
  argument: { term: '<KEYID>', description: 'the key’s id, 16 hex digits, or its fingerprint, 40' },
  options: ORGANIZATION_OPTIONS,
  variables: ORGANIZATION_VARIABLES,
  examples: ['provider-sync keys show 34365D9472D7468F'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const keyId = readKeyId(reader, invocation);
    const settings = await readOrganizationSettings(reader, invocation);
    const key = await withDestination(invocation, settings, (destination) =>
      showSigningKey(destination, keyId),
    );
    tell(
      invocation,
      settings,
      keyDocument(key),
      () => `${renderKey(key, systemClock.now(), invocation.io.stdout)}\n\n${key.asciiArmor.trim()}`,
    );
    return 0;
  },
};

/** A problem is noted when it is no key id; the grammar notes a missing one. Blanks between groups are left out. */
function readKeyId(reader: SettingsReader, { operands }: Invocation): string {
  const [text = ''] = operands;
  const keyId = text.replaceAll(' ', '');
  if (text !== '' && !/^(?:[0-9a-f]{16}|[0-9a-f]{40})$/i.test(keyId)) {
    reader.note({
      path: 'KEYID',
      message: `is "${text}"`,
      fix: 'Give 16 hex digits, or a fingerprint of 40.',
    });
  }
  return keyId;
}
