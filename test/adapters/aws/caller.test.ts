import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { callerArn } from '../../../src/adapters/aws/caller.ts';
import { signRequest } from '../../../src/adapters/aws/signature.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { motoIsHere, runMoto } from './support.ts';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const now = new Date('2015-08-30T12:36:00Z');

describe('a signed request', () => {
  it('is signed as in AWS’s own example (post-vanilla of its test suite)', () => {
    const url = new URL('https://example.amazonaws.com/');
    const headers = signRequest(
      { method: 'POST', url, headers: {}, body: '' },
      { credentials, region: 'us-east-1', service: 'service', now },
    );
    expect(headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        'SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    );
  });

  it.each([undefined, 'a-session-token'])(
    'is signed as the SDK signs it (session token: %s)',
    async (sessionToken) => {
      await using server = await scriptedServer(() => ({ status: 400, body: '' }));
      const own = sessionToken === undefined ? credentials : { ...credentials, sessionToken };
      const sns = new SNSClient({
        endpoint: server.url,
        region: 'eu-central-1',
        credentials: own,
        maxAttempts: 1,
      });
      await expect(sns.send(new PublishCommand({ TopicArn: 'arn:x', Message: 'text' }))).rejects.toThrow(/./);
      sns.destroy();
      const [request] = server.requests;
      if (request === undefined) throw new Error('nothing was asked');
      const authorization = String(request.headers['authorization']);
      const [, names = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
      const given = Object.fromEntries(
        names
          .split(';')
          .filter((name) => !['host', 'x-amz-date', 'x-amz-security-token'].includes(name))
          .map((name) => [name, String(request.headers[name])]),
      );
      const date = String(request.headers['x-amz-date']);
      const at = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
      const signed = signRequest(
        { method: 'POST', url: new URL(server.url), headers: given, body: request.body },
        { credentials: own, region: 'eu-central-1', service: 'sns', now: new Date(at) },
      );
      expect(signed['authorization']).toBe(authorization);
    },
  );
});

describe('who the credentials belong to', () => {
  const asked = (endpoint: string) => callerArn({ credentials, region: 'eu-central-1', endpoint, now });

  it.skipIf(!motoIsHere)('is what STS says (moto; needs Python and pip)', { timeout: 120_000 }, async () => {
    const moto = await runMoto();
    try {
      expect(await asked(moto.url)).toMatch(/^arn:aws:sts::123456789012:/);
    } finally {
      await moto.close();
    }
  });

  it('is not made up when STS refuses, and its answer is not repeated', async () => {
    const body =
      '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>secret</Message></Error></ErrorResponse>';
    await using server = await scriptedServer(() => ({ status: 403, body }));
    await expect(asked(server.url)).rejects.toMatchObject({
      code: 'ServiceUnreachable',
      message: expect.stringMatching(/InvalidClientTokenId\. Say it with --as\.$/),
    });
    expect(server.requests[0]?.body).toBe('Action=GetCallerIdentity&Version=2011-06-15');
  });

  it.each(['<Arn>not an arn</Arn>', '<Arn>arn:aws:iam::1:user/\u001b[31m</Arn>', '', '<html>'])(
    'is no answer such as %j',
    async (body) => {
      await using server = await scriptedServer(() => ({ body }));
      await expect(asked(server.url)).rejects.toMatchObject({ code: 'ServiceUnreachable' });
    },
  );

  it('can be asked again when nothing answers', async () => {
    await using server = await scriptedServer(() => 'cut');
    await expect(asked(server.url)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
