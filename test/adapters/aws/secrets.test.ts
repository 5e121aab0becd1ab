import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretTokenSource, readSecretCaBundle } from '../../../src/adapters/aws/secrets.ts';
import { describeTokenSourceContract } from '../../contract/token-source.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, newSecret, runMoto } from './support.ts';

const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));

describe.skipIf(!motoIsHere)('secrets in Secrets Manager (needs Python and pip)', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  const sourceOf = (secretName: string) =>
    createSecretTokenSource({ secrets: moto.clients.secrets, secretName, clock });

  describeTokenSourceContract('Secrets Manager, raw', async (secret) => ({
    source: sourceOf(secret === undefined ? 'no-such-secret' : await newSecret(moto.clients, secret || ' ')),
    [Symbol.asyncDispose]: async () => undefined,
  }));

  it.each([
    ['JSON with a field token', '{"token":"abc.atlasv1.def"}'],
    ['JSON with more than that', ' {"user":"ci", "token":" abc.atlasv1.def "}\n'],
  ])('may hold the token as %s', async (_form, secret) => {
    expect(await sourceOf(await newSecret(moto.clients, secret)).read()).toBe('abc.atlasv1.def');
  });

  it.each([
    ['JSON without it', '{"apiToken":"abc.atlasv1.def"}'],
    ['JSON with something else in its place', '{"token":42}'],
    ['half of a JSON text', '{"token":"abc.atlasv1.def"'],
    ['an empty one', '{"token":""}'],
  ])('are refused as a token when they hold %s, without saying it', async (_form, secret) => {
    const name = await newSecret(moto.clients, secret);
    const reading = sourceOf(name).read();
    await expect(reading).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringContaining(`secret ${name}`),
    });
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('atlasv1') });
  });

  it('are taken from memory for five minutes, and read at once when a fresh one is asked for', async () => {
    let now = new Date('2026-11-01T00:00:00Z');
    const SecretId = await newSecret(moto.clients, 'first');
    const { secrets } = moto.clients;
    const source = createSecretTokenSource({
      secrets,
      secretName: SecretId,
      clock: { now: () => now, monotonic: () => 0 },
    });
    expect(await source.read()).toBe('first');
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'second' }));
    now = new Date('2026-11-01T00:04:59Z');
    expect(await source.read()).toBe('first');
    expect(await source.read({ fresh: true })).toBe('second');
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'third' }));
    expect(await source.read()).toBe('second');
    now = new Date('2026-11-01T00:10:00Z');
    expect(await source.read()).toBe('third');
  });

  it('are refused as a CA bundle when they hold no certificate or are not there', async () => {
    const { secrets } = moto.clients;
    const name = await newSecret(moto.clients, 'not PEM');
    const refused = { code: 'CaBundleUnreadable', message: expect.stringContaining(`secret ${name}`) };
    await expect(readSecretCaBundle(secrets, name)).rejects.toMatchObject(refused);
    await expect(readSecretCaBundle(secrets, 'no-such-secret')).rejects.toMatchObject({
      code: 'CaBundleUnreadable',
      message: expect.stringContaining('no-such-secret'),
    });
  });
});

describe('Secrets Manager when it refuses', () => {
  it.each([
    [400, 'AccessDeniedException', 'SecretUnreadable'],
    [400, 'DecryptionFailure', 'SecretUnreadable'],
    [400, 'ThrottlingException', 'ServiceUnavailable'],
    [500, 'InternalServiceError', 'ServiceUnavailable'],
  ] as const)('with %i %s, is reported as %s', async (status, name, code) => {
    await using server = await scriptedServer(() => ({ status, json: { __type: name, message: 'no' } }));
    const secrets = new SecretsManagerClient({
      endpoint: server.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    });
    const source = createSecretTokenSource({ secrets, secretName: 'token', clock });
    await expect(source.read()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('secret token'),
    });
  });
});
