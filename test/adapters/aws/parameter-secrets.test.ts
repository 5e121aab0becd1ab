import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { createParameterSecrets } from '../../../src/adapters/aws/parameter-secrets.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, runMoto } from './support.ts';

const PREFIX = '/provider-sync/deployments';
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
const clientOf = (endpoint: string) =>
  new SSMClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });

describe.skipIf(!motoIsHere)('secrets in Parameter Store (needs Python and pip)', () => {
  let moto: Moto;
  let ssm: SSMClient;
  beforeAll(async () => {
    moto = await runMoto();
    ssm = clientOf(moto.url);
  }, 120_000);
  afterAll(async () => {
    ssm?.destroy();
    await moto?.close();
  });

  it('are kept encrypted under outputs/, read by their reference, and replaced', async () => {
    const secrets = createParameterSecrets({ ssm, prefix: PREFIX, kmsKeyId: 'alias/ours' });
    const reference = await secrets.keep('web-1/password', 'first');
    expect(reference).toBe(`ssm:${PREFIX}/outputs/web-1/password`);
    expect(await secrets.read(reference)).toBe('first');
    expect(await secrets.keep('web-1/password', 'second')).toBe(reference);
    expect(await secrets.read(reference)).toBe('second');
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: `${PREFIX}/outputs/web-1/password`, WithDecryption: false }),
    );
    expect(Parameter?.Type).toBe('SecureString');
    expect(Parameter?.Value).not.toBe('second');
    expect(Parameter?.Value).toContain('alias/ours');
  });

  it('are what people put under inputs/', async () => {
    const Name = `${PREFIX}/inputs/database`;
    await ssm.send(new PutParameterCommand({ Name, Value: 'hunter2', Type: 'SecureString' }));
    expect(await createParameterSecrets({ ssm, prefix: PREFIX }).read(`ssm:${Name}`)).toBe('hunter2');
  });

  it('say which one is not there', async () => {
    const reading = createParameterSecrets({ ssm, prefix: PREFIX }).read(`ssm:${PREFIX}/inputs/none`);
    await expect(reading).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: `The parameter ${PREFIX}/inputs/none does not exist in this region.`,
    });
  });
});

describe('a value for Parameter Store', () => {
  const kept = async (value: string) => {
    await using server = await scriptedServer(() => ({ json: { Version: 1 } }));
    await createParameterSecrets({ ssm: clientOf(server.url), prefix: PREFIX }).keep('web/it', value);
    return server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  };

  it.each([
    [4096, 'Standard'],
    [4097, 'Advanced'],
    [8192, 'Advanced'],
  ])('of %i characters is kept as %s', async (length, Tier) => {
    expect(await kept('v'.repeat(length))).toEqual([
      {
        Name: `${PREFIX}/outputs/web/it`,
        Value: 'v'.repeat(length),
        Type: 'SecureString',
        Overwrite: true,
        Tier,
      },
    ]);
  });

  it('of 8193 characters is refused before it is sent, and not told', async () => {
    await using server = await scriptedServer(() => ({ json: { Version: 1 } }));
    const secrets = createParameterSecrets({ ssm: clientOf(server.url), prefix: PREFIX });
    const keeping = secrets.keep('web/it', 'hunter2'.padEnd(8193, '!'));
    await expect(keeping).rejects.toMatchObject({
      code: 'TerraformFailed',
      message:
        `The value of ${PREFIX}/outputs/web/it has 8193 characters, and Parameter Store takes 8192. ` +
        "Make the module's output smaller.",
    });
    expect(server.requests).toEqual([]);
  });

  it('that could not be kept is in no error', async () => {
    await using server = await scriptedServer(() => ({
      status: 500,
      json: { __type: 'InternalServerError' },
    }));
    const secrets = createParameterSecrets({ ssm: clientOf(server.url), prefix: PREFIX });
    const error: unknown = await secrets.keep('web/it', 'hunter2').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ServiceUnavailable' });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).cause])).not.toContain(
      'hunter2',
    );
  });
});

describe('a reference to Parameter Store', () => {
  it.each([
    'ssm:/elsewhere/inputs/database',
    `ssm:${PREFIX}-staging/inputs/database`,
    `ssm:${PREFIX}/inputs/../outputs//x`,
    `ssm:${PREFIX}/inputs/with blank`,
    `${PREFIX}/inputs/database`,
    'secret:database',
    '',
  ])('that is %j is refused, and nobody is asked', async (reference) => {
    await using server = await scriptedServer(() => ({ json: { Parameter: { Value: 'hunter2' } } }));
    const reading = createParameterSecrets({ ssm: clientOf(server.url), prefix: PREFIX }).read(reference);
    await expect(reading).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringContaining(`write ssm:${PREFIX}/inputs/NAME.`),
    });
    expect(server.requests).toEqual([]);
  });

  it.each([
    [400, 'AccessDeniedException', 'SecretUnreadable'],
    [400, 'InvalidKeyId', 'SecretUnreadable'],
    [400, 'ThrottlingException', 'ServiceUnavailable'],
    [500, 'InternalServerError', 'ServiceUnavailable'],
  ])('answered with %i %s is %s', async (status, __type, code) => {
    await using server = await scriptedServer(() => ({ status, json: { __type, message: 'no' } }));
    const secrets = createParameterSecrets({ ssm: clientOf(server.url), prefix: PREFIX });
    await expect(secrets.read(`ssm:${PREFIX}/inputs/database`)).rejects.toMatchObject({ code });
  });
});
