import type { CommandGroupSpec } from '../command-spec.ts';
import { addKeyCommand } from './keys-add.ts';
import { fetchKeysCommand } from './keys-fetch.ts';
import { listKeysCommand } from './keys-list.ts';
import { showKeyCommand } from './keys-show.ts';

export const keysCommands: CommandGroupSpec = {
  name: 'keys',
  summary: 'list, show and add the organization’s signing keys; fetch a provider’s',
  description:
    'The signing keys of the organization’s private registry, and those a public registry lists for a ' +
    'provider. A sync adds the keys it needs by itself.',
  commands: [listKeysCommand, showKeyCommand, addKeyCommand, fetchKeysCommand],
};
