import { randomUUID } from 'node:crypto';
import {
  BatchGetImageCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEcrCredentials, createEcrKeeper } from '../../../src/adapters/oci/ecr.ts';
import { parseEcrHost } from '../../../src/adapters/oci/ecr-host.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, runMoto } from '../aws/support.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

function clientFor(endpoint: string): ECRClient {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  return new ECRClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
}

describe('the host of a registry', () => {
  it.each([
    [HOST, { accountId: '123456789012', region: 'eu-west-1' }],
    [
      '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
      { accountId: '123456789012', region: 'us-gov-west-1' },
    ],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { accountId: '123456789012', region: 'cn-north-1' }],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', { accountId: '123456789012', region: 'eu-west-1' }],
    ['12345.dkr.ecr.eu-west-1.amazonaws.com', undefined],
    [`${HOST}.evil.example`, undefined],
    [`x.${HOST}`, undefined],
    ['public.ecr.aws', undefined],
    ['ghcr.io', undefined],
  ])('%s', (host, expected) => {
    expect(parseEcrHost(host)).toEqual(expected);
  });
});

describe("the registry's token", () => {
  const token = (text: string, expiresAt: string) => ({
    json: {
      authorizationData: [
        {
          authorizationToken: Buffer.from(text).toString('base64'),
          expiresAt: Date.parse(expiresAt) / 1000,
          proxyEndpoint: `https://${HOST}`,
        },
      ],
    },
  });

  it('is kept until shortly before it expires, and got anew when asked to', async () => {
    await using aws = await scriptedServer((_, nth) => token(`AWS:token-${nth}`, '2026-11-01T12:00:00Z'));
    let now = new Date('2026-11-01T00:00:00Z');
    const credentials = createEcrCredentials({
      ecr: clientFor(aws.url),
      host: HOST,
      clock: { now: () => now, monotonic: () => 0 },
    });
    const read = async (fresh = false) => await credentials.read({ host: HOST, repository: 'a', fresh });
    expect(await read()).toEqual({ kind: 'basic', username: 'AWS', password: 'token-1' });
    now = new Date('2026-11-01T11:44:00Z');
    expect(await read()).toMatchObject({ password: 'token-1' });
    now = new Date('2026-11-01T11:46:00Z');
    expect(await read()).toMatchObject({ password: 'token-2' });
    expect(await read(true)).toMatchObject({ password: 'token-3' });
    expect(aws.requests.map(({ headers }) => headers['x-amz-target'])).toEqual(
      Array.from({ length: 3 }, () => 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken'),
    );
  });

  it('is for its own host alone', async () => {
    await using aws = await scriptedServer(() => token('AWS:x', '2026-11-01T12:00:00Z'));
    const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
    const credentials = createEcrCredentials({ ecr: clientFor(aws.url), host: HOST, clock });
    expect(await credentials.read({ host: 'ghcr.io' })).toBeUndefined();
    expect(aws.requests).toEqual([]);
  });

  it.each([
    ['AccessDeniedException', 400, 'AccessDenied'],
    ['UnrecognizedClientException', 400, 'AccessDenied'],
    ['ServerException', 500, 'ServiceUnavailable'],
    ['ThrottlingException', 400, 'ServiceUnavailable'],
    ['InvalidParameterException', 400, 'DestinationRejected'],
  ])('%s (%i) is %s', async (name, status, code) => {
    await using aws = await scriptedServer(() => ({ status, json: { __type: name, message: 'no' } }));
    const clock = fixedClock(new Date());
    const credentials = createEcrCredentials({ ecr: clientFor(aws.url), host: HOST, clock });
    await expect(credentials.read({ host: HOST })).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!motoIsHere)('repositories in ECR (needs Python and pip)', () => {
  let moto: Moto;
  let ecr: ECRClient;
  beforeAll(async () => {
    moto = await runMoto();
    ecr = clientFor(moto.url);
  }, 120_000);
  afterAll(() => moto?.close());

  const keeper = () => createEcrKeeper({ ecr, host: HOST });
  const putImage = async (repositoryName: string, imageTag: string): Promise<string> => {
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 },
      layers: [],
      annotations: { made: randomUUID() },
    });
    const { image } = await ecr.send(
      new PutImageCommand({ registryId: '123456789012', repositoryName, imageManifest, imageTag }),
    );
    return image?.imageId?.imageDigest ?? '';
  };

  it('gets a token that AWS would take', async () => {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const clock = fixedClock(new Date());
    const read = await createEcrCredentials({ ecr, host: HOST, clock }).read({ host: HOST });
    expect(authorizationData?.[0]?.authorizationToken).toBeDefined();
    expect(read).toMatchObject({ kind: 'basic', username: 'AWS' });
  });

  it('are made, once, and listed', async () => {
    const name = `tofu/registry.opentofu.org/acme/${randomUUID()}`;
    await keeper().createRepository(name);
    await keeper().createRepository(name);
    expect((await keeper().listRepositories()).filter((each) => each === name)).toEqual([name]);
  });

  it('tell when a tag was pushed, and delete tags and digests', async () => {
    const name = `tofu/${randomUUID()}`;
    await keeper().createRepository(name);
    const digest = await putImage(name, '1.0.0');
    const pushed = (await keeper().pushedAt(name)).get('1.0.0');
    expect(Math.abs(Date.now() - (pushed?.getTime() ?? 0))).toBeLessThan(24 * 60 * 60 * 1000);
    expect(await keeper().deleteImage(name, { tag: '1.0.0' })).toBe('deleted');
    expect(await keeper().deleteImage(name, { tag: '1.0.0' })).toBe('gone');
    const other = await putImage(name, '2.0.0');
    expect(await keeper().deleteImage(name, { digest: other })).toBe('deleted');
    const left = await ecr.send(
      new BatchGetImageCommand({
        registryId: '123456789012',
        repositoryName: name,
        imageIds: [{ imageDigest: digest }, { imageDigest: other }],
      }),
    );
    expect(left.images).toEqual([]);
  });

  it('that are not there hold nothing', async () => {
    await expect(keeper().pushedAt('absent')).rejects.toMatchObject({ code: 'DestinationNotFound' });
    expect(await keeper().deleteImage('absent', { tag: '1.0.0' })).toBe('gone');
  });
});
