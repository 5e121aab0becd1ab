import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import { toSlackMessage } from '../../../src/adapters/slack/message.ts';
import { createSlackNotifier } from '../../../src/adapters/slack/notifier.ts';
import { isSyncError } from '../../../src/domain/errors.ts';
import type { TokenSource } from '../../../src/ports/token-source.ts';
import { describeNotifierContract } from '../../contract/notifier.ts';
import { PORTAL, type Script, type ScriptedServer, scriptedServer } from '../../support/scripted-server.ts';

const PATH = '/services/T0AAAAAAA/B0BBBBBBB/xYz9secretSecret12345678';
const OTHER_PATH = '/services/T0AAAAAAA/B0CCCCCCC/another0SecretSecret9876';

interface Sent {
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly text: { readonly text: string } }[];
}

const unescaped = (text: string): string =>
  text
    .replaceAll(/<(https:[^>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** What a reader of the channel sees. */
function shown({ blocks }: Sent): string {
  return blocks.map(({ text }) => unescaped(text.text.replaceAll('```', ''))).join('\n\n');
}

function webhookAt(...addresses: readonly string[]): TokenSource & { reads: (boolean | undefined)[] } {
  const reads: (boolean | undefined)[] = [];
  return {
    reads,
    description: 'the secret slack-webhook',
    read: async ({ fresh } = {}) => {
      reads.push(fresh);
      return addresses[fresh ? 1 : 0] ?? addresses[0] ?? '';
    },
  };
}

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

async function slack(script: Script): Promise<ScriptedServer & { waits: number[] }> {
  const server = await scriptedServer(script);
  opened.push(server);
  return Object.assign(server, { waits: [] as number[] });
}

function notifierOf(server: { readonly url: string; readonly waits: number[] }, webhook?: TokenSource) {
  const http = createHttpClient({
    side: 'destination',
    userAgent: 'test',
    retry: { random: () => 0 },
    sleep: async (milliseconds) => void server.waits.push(milliseconds),
  });
  opened.push({ [Symbol.asyncDispose]: () => http.close() });
  return createSlackNotifier({ http, webhook: webhook ?? webhookAt(`${server.url}${PATH}`) });
}

const OK: Script = () => ({ body: 'ok' });
const MESSAGE = { subject: 'Bottles: 2 of 5 formulae are missing', body: 'jq\n\nopenssl@3' };

describeNotifierContract('a Slack webhook', async (state) => {
  const server = await scriptedServer(state === 'working' ? OK : () => ({ status: 404, body: 'no_service' }));
  const waits: number[] = [];
  return {
    notifier: notifierOf({ url: server.url, waits }),
    delivered: async () => server.requests.map(({ body }) => shown(JSON.parse(body) as Sent)).join('\n'),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

describe('a message to Slack', () => {
  it('is one POST of JSON: a header, a section a paragraph, and the subject for notifications', async () => {
    const server = await slack(OK);
    await notifierOf(server).notify(MESSAGE);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: PATH });
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
    const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      text: MESSAGE.subject,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: MESSAGE.subject } },
        section('jq'),
        section('openssl@3'),
      ],
    });
  });

  it('waits as long as Slack asks after 429, and then comes through', async () => {
    const server = await slack((_request, nth) =>
      nth === 1 ? { status: 429, headers: { 'retry-after': '7' }, body: 'rate_limited' } : { body: 'ok' },
    );
    await notifierOf(server).notify(MESSAGE);
    expect(server.requests).toHaveLength(2);
    expect(server.waits).toEqual([7000]);
  });

  it('is not sent twice when the answer was an error of the server: it may have been taken', async () => {
    const server = await slack(() => ({ status: 500, body: 'rollup_error' }));
    await expect(notifierOf(server).notify(MESSAGE)).rejects.toMatchObject({ code: 'NotificationFailed' });
    expect(server.requests).toHaveLength(1);
  });

  it('goes to the webhook that the secret holds by now when the former one is gone', async () => {
    const server = await slack(({ path }) =>
      path === PATH ? { status: 404, body: 'no_service' } : { body: 'ok' },
    );
    const webhook = webhookAt(`${server.url}${PATH}`, `${server.url}${OTHER_PATH}`);
    await notifierOf(server, webhook).notify(MESSAGE);
    expect(server.requests.map(({ path }) => path)).toEqual([PATH, OTHER_PATH]);
    expect(webhook.reads).toEqual([false, true]);
  });
});

describe('a message that Slack does not take', () => {
  const cases: readonly (readonly [string, Script, RegExp])[] = [
    [
      'a webhook that was removed',
      () => ({ status: 404, body: 'no_service' }),
      /does not exist any more\. Make/,
    ],
    ['an archived channel', () => ({ status: 410, body: 'channel_is_archived' }), /archived/],
    ['a prohibition', () => ({ status: 403, body: 'action_prohibited' }), /workspace does not allow it/],
    ['a word that is not known', () => ({ status: 400, body: 'invalid_blocks' }), /it said "invalid_blocks"/],
    ['no word at all', () => ({ status: 400 }), /answered 400 .*it said nothing/],
    ['a captive portal', () => PORTAL, /web page/],
    ['a connection that is cut', () => 'cut', /was cut/],
    [
      'an answer that says the address again',
      ({ path }) => ({ status: 400, body: `bad: http://hooks.example${path}` }),
      /it said/,
    ],
    [
      'a redirect to elsewhere',
      () => ({ status: 302, headers: { location: 'https://elsewhere.example/' } }),
      /answered 302/,
    ],
  ];

  it.each(cases)('after %s, says why and never the address', async (_name, script, why) => {
    const server = await slack(script);
    const failure = await notifierOf(server)
      .notify(MESSAGE)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(isSyncError(failure) && failure.code).toBe('NotificationFailed');
    expect((failure as Error).message).toMatch(why);
    const everything = chainOf(failure);
    expect(everything).not.toContain('xYz9secretSecret');
    expect(everything).not.toContain('/services/T0AAAAAAA');
  });

  it.each([
    ['plain http to elsewhere', 'http://hooks.example/services/T/B/secretsecretsecret', /http/],
    ['no address', 'xoxb-1234567890-secretsecretsecret', /no webhook/],
    ['a user name in it', 'https://user:secretsecretsecret@hooks.example/', /user name/],
  ])('because its webhook is %s, says where that stands', async (_name, address, why) => {
    const server = await slack(OK);
    const failure: Error = await notifierOf(server, webhookAt(address))
      .notify(MESSAGE)
      .then(
        () => new Error('taken'),
        (error: Error) => error,
      );
    expect(failure.message).toMatch(why);
    expect(failure.message).toContain('the secret slack-webhook');
    expect(chainOf(failure)).not.toContain('secretsecretsecret');
    expect(server.requests).toEqual([]);
  });
});

function chainOf(error: unknown): string {
  const said: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause)
    said.push(each.message, String(each.stack));
  return said.join('\n');
}

describe('the text of a message to Slack', () => {
  it('cannot mention, link or end what it stands in', () => {
    const body = 'registry says: <!channel> <@U123> <https://evil.example|here> a & b\n\nConfig:    x``` y';
    const [, first, facts] = toSlackMessage({ subject: 'x', body }).blocks;
    expect(first?.text.text).toBe(
      'registry says: &lt;!channel&gt; &lt;@U123&gt; &lt;<https://evil.example>|here&gt; a &amp; b',
    );
    expect(facts?.text.text).toBe("```Config:    x''' y```");
  });

  it('has its addresses as links that show where they lead', () => {
    const { blocks } = toSlackMessage({ subject: 'x', body: 'See https://a.example/x?a=1&b=2#c now' });
    expect(blocks[1]?.text.text).toBe('See <https://a.example/x?a=1&amp;b=2#c> now');
  });

  it('that is too long keeps its beginning and its last paragraph, and says that something is missing', () => {
    const paragraphs = Array.from({ length: 300 }, (_, index) => `- provider ${index} failed`);
    const { blocks } = toSlackMessage({
      subject: 'x',
      body: [...paragraphs, 'Execution:  arn'].join('\n\n'),
    });
    expect(blocks).toHaveLength(50);
    expect(blocks[1]?.text.text).toBe('- provider 0 failed');
    expect(blocks.at(-2)?.text.text).toContain('the log has it all');
    expect(blocks.at(-1)?.text.text).toBe('```Execution:  arn```');
  });

  const PARTS = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '\n\n',
    '&',
    '<',
    '>',
    '😀',
    'Key:   v',
    'https://a.example/?q=&',
    '```',
  );

  it('stays within every limit of Slack, whatever it is', () => {
    const text = fc.array(fc.tuple(PARTS, fc.integer({ min: 1, max: 900 })), { maxLength: 60 });
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), text, (subject, parts) => {
        const body = parts.map(([part, times]) => part.repeat(times)).join('');
        const { blocks } = toSlackMessage({ subject, body });
        expect(blocks.length).toBeLessThanOrEqual(50);
        for (const { type, text: shown } of blocks) {
          expect(shown.text.length).toBeLessThanOrEqual(type === 'header' ? 150 : 3000);
          expect(shown.text.isWellFormed() || !body.isWellFormed()).toBe(true);
          const bare = type === 'section' && /&(?!amp;|lt;|gt;)/.test(shown.text);
          expect(bare).toBe(false);
        }
        const all = blocks.reduce((sum, block) => sum + block.text.text.length, 0);
        expect(all).toBeLessThanOrEqual(12_200);
      }),
      { numRuns: 60 },
    );
  });

  it('that is short arrives as it was', () => {
    const words = fc.array(fc.constantFrom('jq', '<b>', 'a&b', '~> 5.0', '*x*', 'ñ', 'https://a.example/p'), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(words, (chosen) => {
        const body = chosen.join(' ');
        const [, ...sections] = toSlackMessage({ subject: 'x', body }).blocks;
        expect(sections.map(({ text }) => unescaped(text.text)).join('')).toBe(body);
      }),
    );
  });
});
