import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/application/resolve/read-config.ts';
import { tellFailure } from '../../../src/cli/failure.ts';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { configJsonSchema } from '../../../src/domain/config/schema.ts';
import { toSyncError } from '../../../src/domain/errors.ts';
import { recordingIo, recordingOutput } from '../../support/command-line.ts';

const document = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
const section = document.slice(
  document.indexOf('## config.json'),
  document.indexOf('## Settings of the command line'),
);

const examples = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']): [string] => [text]);

/** Every key that an object of the schema may have. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { readonly properties?: object };
  const own = 'type' in schema && schema.type === 'object' ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}

const MISTAKEN = `[
  {
    "provider": "aws",
    "namespace": "hashicorp",
    "platforms": [{ "os": "macos", "arch": "arm64" }]
  },
  {
    "provider": "github",
    "namespace": "integrations",
    "verison": "latest",
    "platforms": [{ "os": "linux", "arch": "amd64" }]
  }
]
`;

describe('docs/configuration.md', () => {
  it('has examples of every form', () => {
    expect(examples).toHaveLength(4);
  });

  it.each(examples)('shows a config that is right: %s', (text) => {
    expect(() => parseConfig(text)).not.toThrow();
  });

  it('names every key that a config may have', () => {
    const keys = [...new Set(keysOf(configJsonSchema()))];
    expect(keys).toEqual(expect.arrayContaining(['provider', 'location', 'minimum-age', 'formulae']));
    const silent = keys.filter((key) => !section.includes(`\`${key}\``) && !section.includes(`"${key}"`));
    expect(silent).toEqual([]);
  });

  it('shows mistakes as they are told', async () => {
    const configSource = { location: 'config.json', read: async () => MISTAKEN };
    const error = toSyncError(await readConfig({ configSource }).catch((error: unknown) => error));
    const stderr = { ...recordingOutput(), columns: 100 };
    tellFailure({ ...recordingIo({}), stderr }, error, undefined);
    expect(section).toContain(`$ provider-sync plan\n${stderr.text()}\`\`\``);
  });
});
