import { afterAll, beforeAll, describe } from 'vitest';
import { describeDestinationContract } from '../../contract/destination.ts';
import { describeVersionStoreContract } from '../../contract/version-store.ts';
import { startStrictS3 } from '../../support/strict-s3.ts';
import { mirrorClientFor, s3Subject } from './mirror-subjects.ts';
import { type Moto, motoIsHere, newBucket, runMoto } from './support.ts';

async function strictSubject() {
  const server = await startStrictS3();
  const subject = s3Subject(mirrorClientFor(server.url), 'mirror');
  return { ...subject, [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose]() };
}

describeDestinationContract(
  'a network mirror in a strict S3',
  async () => {
    const subject = await strictSubject();
    return { ...subject, open: async (options) => subject.open(options) };
  },
  { checksDigests: true },
);

describeVersionStoreContract('a network mirror in a strict S3', async () => {
  const subject = await strictSubject();
  return {
    ...subject,
    open: async (options) => {
      const mirror = subject.open(options);
      return { destination: mirror, store: mirror };
    },
  };
});

describe.skipIf(!motoIsHere)('with moto (needs Python and pip)', { timeout: 120_000 }, () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  const motoSubject = async () => ({
    ...s3Subject(mirrorClientFor(moto.url), await newBucket(moto.clients)),
    [Symbol.asyncDispose]: async () => {},
  });

  describeDestinationContract(
    'a network mirror in moto',
    async () => {
      const subject = await motoSubject();
      return { ...subject, open: async (options) => subject.open(options) };
    },
    { checksDigests: true, dyingStride: 9 },
  );

  describeVersionStoreContract(
    'a network mirror in moto',
    async () => {
      const subject = await motoSubject();
      return {
        ...subject,
        open: async (options) => {
          const mirror = subject.open(options);
          return { destination: mirror, store: mirror };
        },
      };
    },
    { dyingStride: 6 },
  );
});
