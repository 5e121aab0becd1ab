import { describe, expect, it } from 'vitest';
import { createFormulaeApi } from '../../../src/adapters/homebrew/formulae-api.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import { signPayload } from '../../../src/embedded/homebrew/world.ts';
import { sampleKey } from '../../support/bottles/mirror-world.ts';
import { PORTAL, type ScriptedAnswer, scriptedServer } from '../../support/scripted-server.ts';

const TAG = 'x86_64_linux';
const clock = { now: () => new Date('2026-11-26T00:00:00Z'), monotonic: () => 0 };

async function apiOf(answer: ScriptedAnswer) {
  const server = await scriptedServer(() => answer);
  const http = createHttpClient({ side: 'upstream', userAgent: 'test', retry: { attempts: 1 } });
  return {
    api: createFormulaeApi({ http, address: server.url, keys: [sampleKey().publicKey], clock }),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const signed = (payload: unknown): ScriptedAnswer => ({
  body: signPayload(typeof payload === 'string' ? payload : JSON.stringify(payload), sampleKey()),
});

const METADATA = { bottle_tag: TAG, generated_at: 1_790_000_000 };
const TOOL = { stable_version: '1.2', bottle_checksum: 'a'.repeat(64), desc: 'Ein „schönes“ Werkzeug 🛠' };

describe('the API of formulae', () => {
  it('is read when it has as many values as the real one, which has more than 8,000 formulae and casks', async () => {
    const formulae = Object.fromEntries(
      Array.from({ length: 9000 }, (_, index) => [
        `tool${index}`,
        {
          ...TOOL,
          stable_dependencies: ['a', 'b', { c: ':build' }],
          license: 'MIT',
          executables: [1, 2, 3, 4],
        },
      ]),
    );
    const casks = { ...formulae };
    await using at = await apiOf(
      signed({ metadata: METADATA, formulae, casks, formula_aliases: { t: 'tool7' }, formula_renames: {} }),
    );
    const { catalog, api } = await at.api.readPackages(TAG);
    expect(api).toMatchObject({ generatedAt: 1_790_000_000, signedBy: 'sample-1' });
    expect(catalog.names).toHaveLength(9001);
    expect(catalog.formula(catalog.canonical('t'))).toMatchObject({
      name: 'tool7',
      dependencies: ['a', 'b'],
    });
  });

  it('is read in its older form when it has as many values as the real one', async () => {
    const documents = Array.from({ length: 9000 }, (_, index) => ({
      name: `tool${index}`,
      aliases: [`t${index}`],
      oldnames: [],
      versions: { stable: '1.2' },
      bottle: { stable: { rebuild: 0, files: { [TAG]: { cellar: ':any', sha256: 'b'.repeat(64) } } } },
      dependencies: ['a'],
      variations: { arm64_tahoe: { dependencies: [] } },
    }));
    await using at = await apiOf(signed(documents));
    const { catalogs } = await at.api.readFormulae([TAG, 'arm64_tahoe']);
    expect(catalogs.map((catalog) => catalog.formula(catalog.canonical('t8'))?.name)).toEqual([
      'tool8',
      'tool8',
    ]);
    expect(catalogs.map((catalog) => catalog.formula('tool8'))).toMatchObject([
      { dependencies: ['a'], bottle: { tag: TAG } },
      { dependencies: [], bottle: undefined },
    ]);
  });

  it('hands out the very bytes that were served', async () => {
    const { body } = signed({});
    await using at = await apiOf({ body: body as Uint8Array });
    const other = await at.api.readOther('cask.jws.json');
    expect(Buffer.compare(other.bytes(), body as Uint8Array)).toBe(0);
    expect(await at.api.prove('cask.jws.json', other.bytes())).toBe('sample-1');
  });

  it('is proved however its JSON is written: what counts is the text that it says', async () => {
    const { body } = signed({ metadata: METADATA, formulae: { tool: TOOL } });
    const envelope = JSON.parse(Buffer.from(body as Uint8Array).toString()) as { payload: string };
    const escaped = JSON.stringify(envelope.payload).replaceAll(
      /[\u0080-\uffff/]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const text = JSON.stringify({ other: [1], ...envelope, payload: 0 }, null, 2);
    await using at = await apiOf({ body: text.replace('"payload": 0', `"payload":\n ${escaped}`) });
    const { catalog } = await at.api.readPackages(TAG);
    expect(catalog.formula('tool')).toMatchObject({ version: '1.2' });
  });

  it.each<[string, ScriptedAnswer, string, RegExp]>([
    ['is not there', { status: 404 }, 'ReleaseFileMissing', /has no internal\/packages/],
    ['is forbidden', { status: 403 }, 'UpstreamResponseInvalid', /answered 403/],
    ['is a web page', PORTAL, 'UpstreamResponseInvalid', /web page/],
    ['is no JSON', { body: '{"payload": "x"' }, 'UpstreamResponseInvalid', /a comma is missing/],
    ['has no signatures', { body: '{"payload":"{}"}' }, 'UpstreamResponseInvalid', /payload and signatures/],
    [
      'has a payload that is no text',
      { body: '{"payload":{},"signatures":[]}' },
      'UpstreamResponseInvalid',
      /no string/,
    ],
    [
      'has something behind its end',
      { body: '{"payload":"","signatures":[]}x' },
      'UpstreamResponseInvalid',
      /end/,
    ],
    ['is signed by nobody', { body: '{"payload":"{}","signatures":[]}' }, 'SigningKeyUnknown', /nobody/],
    ['is signed and no JSON', signed('{'), 'UpstreamResponseInvalid', /member/],
    ['is signed and a list', signed([]), 'UpstreamResponseInvalid', /another kind/],
    [
      'is of another tag',
      signed({ metadata: { ...METADATA, bottle_tag: 'x' }, formulae: {} }),
      'UpstreamResponseInvalid',
      /"x"/,
    ],
    ['has no formulae', signed({ metadata: METADATA }), 'UpstreamResponseInvalid', /no formulae/],
    [
      'carries no time',
      signed({ metadata: { bottle_tag: TAG }, formulae: {} }),
      'UpstreamResponseInvalid',
      /generated_at/,
    ],
    [
      'has more than 80 MiB',
      { body: Buffer.alloc(80 * 1024 * 1024 + 1, 0x20) },
      'UpstreamResponseInvalid',
      /more than 83886080 bytes/,
    ],
    [
      'has brackets without end',
      { body: Buffer.alloc(10_000_000, '[') },
      'UpstreamResponseInvalid',
      /another kind/,
    ],
  ])('is refused when it %s', async (_, answer, code, message) => {
    await using at = await apiOf(answer);
    await expect(at.api.readPackages(TAG)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('harms no other formula when one cannot be read', async () => {
    const odd = { long: { ...TOOL, desc: 'x'.repeat(1024 * 1024) }, none: 7, deep: 'DEEP', tool: TOOL };
    const text = JSON.stringify({ metadata: METADATA, formulae: odd }).replace(
      '"DEEP"',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    );
    await using at = await apiOf(signed(text));
    const { catalog } = await at.api.readPackages(TAG);
    for (const name of ['long', 'none', 'deep']) expect(catalog.formula(name)).toHaveProperty('problem');
    expect(catalog.formula('tool')).toMatchObject({ version: '1.2' });
  });
});
