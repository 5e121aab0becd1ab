import { listSigningKeys } from '../../application/keys/signing-keys.ts';
import type { CommandSpec } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { keyDocument, renderKeyTable } from '../render/signing-keys.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  ORGANIZATION_OPTIONS,
  ORGANIZATION_VARIABLES,
  readOrganizationSettings,
  tell,
  withDestination,
} from './keys-run.ts';

export const listKeysCommand: CommandSpec = {
  name: 'list',
  summary: 'list the organization’s signing keys',
  description:
    'Lists the signing keys the organization’s private registry holds. One that cannot be read is named as such.',
  options: ORGANIZATION_OPTIONS,
  variables: ORGANIZATION_VARIABLES,
  examples: ['provider-sync keys list', 'provider-sync keys list --json'],
  async run(invocation) {
    const settings = await readOrganizationSettings(createSettingsReader(invocation), invocation);
    const listing = await withDestination(invocation, settings, listSigningKeys);
    const { keys, unreadable } = listing;
    tell(invocation, settings, { keys: keys.map(keyDocument), unreadable }, () =>
      keys.length + unreadable.length === 0
        ? `Organization ${settings.destination.organization} has no signing keys of its own.`
        : renderKeyTable(listing, systemClock.now(), invocation.io.stdout),
    );
    return 0;
  },
};
