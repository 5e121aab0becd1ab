import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedVectors } from '../../support/shared-vectors.ts';
import { PROVIDER, scriptedRegistry } from './support.ts';

interface ErrorExample {
  readonly status: number;
  readonly registry?: boolean;
  readonly body?: {
    readonly errors: readonly (string | { readonly title: string; readonly detail?: string })[];
  };
}

const shared = sharedVectors('api/hcp');
const sharedErrors: readonly ErrorExample[] =
  shared === undefined
    ? []
    : (JSON.parse(readFileSync(join(shared, 'errors.json'), 'utf8')) as ErrorExample[]).filter(
        ({ body }) => body !== undefined,
      );
const ownErrors: readonly ErrorExample[] = [
  { status: 422, body: { errors: [{ title: 'invalid attribute', detail: 'Name has already been taken' }] } },
  { status: 422, body: { errors: [{ title: 'one', detail: 'first' }, { title: 'two' }] } },
  { status: 422, body: { errors: ['plain words'] } },
  { status: 400, body: { errors: [{ title: 'bad request' }] } },
  { status: 409, body: { errors: [{ title: 'conflict', detail: 'twice' }] } },
  { status: 422, body: { errors: [] } },
];
const CODES: Readonly<Record<number, string>> = {
  401: 'TokenRejected',
  404: 'AccessDenied',
  429: 'DestinationUnavailable',
};

function itTellsErrorsApart(errors: readonly ErrorExample[]): void {
  it.each(errors)('as $status with $body', async ({ status, body }) => {
    await using scripted = await scriptedRegistry(({ method, path }) => {
      if (method === 'POST') return { status, json: body };
      return path === PROVIDER ? { status: 404 } : undefined;
    });
    const failure = (await scripted.registry.createProvider('anvil').catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({ code: CODES[status] ?? 'DestinationRejected' });
    if (CODES[status] !== undefined) return;
    for (const error of body?.errors ?? []) {
      const words = typeof error === 'string' ? [error] : [error.title, error.detail ?? ''];
      for (const word of words) expect(failure.message).toContain(word);
    }
  });
}

describe('an error body is told apart and its words repeated', () => {
  itTellsErrorsApart(ownErrors);

  it('cut to a length that fits a line, in one line', async () => {
    const errors = [{ title: 'invalid\nattribute', detail: 'x'.repeat(10_000) }];
    await using scripted = await scriptedRegistry(({ method, path }) => {
      if (method === 'POST') return { status: 422, json: { errors } };
      return path === PROVIDER ? { status: 404 } : undefined;
    });
    const failure = (await scripted.registry.createProvider('anvil').catch((error: Error) => error)) as Error;
    expect(failure.message).toContain('invalid attribute: xxx');
    expect(failure.message.length).toBeLessThan(500);
  });

  it.each(['', 'Unprocessable', '{"errors": 7}', '[]', '{"errors":[null,{"status":422}]}'])(
    'also where it says nothing that can be read: %j',
    async (body) => {
      await using scripted = await scriptedRegistry(({ method, path }) => {
        if (method === 'POST') return { status: 422, body };
        return path === PROVIDER ? { status: 404 } : undefined;
      });
      await expect(scripted.registry.createProvider('anvil')).rejects.toMatchObject({
        code: 'DestinationRejected',
        message: expect.stringContaining('(422).'),
      });
    },
  );
});

describe.skipIf(shared === undefined)('an error body of the API documents is told apart', () => {
  itTellsErrorsApart(sharedErrors);
});
