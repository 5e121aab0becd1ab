import type { CommandSpec } from '../command-spec.ts';
import { VERSION } from '../version.ts';

export const versionCommand: CommandSpec = {
  name: 'version',
  summary: 'show the version',
  description: 'Shows the version of this program, as -v and --version do.',
  options: [],
  variables: [],
  examples: ['provider-sync version'],
  run: async ({ io }) => {
    io.stdout.write(`${VERSION}\n`);
    return 0;
  },
};
