import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { MIRROR_CLIENT_OPTIONS } from '../../../src/adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import type { UploadLimits } from '../../../src/adapters/aws/s3-mirror-upload.ts';
import { createNetworkMirror } from '../../../src/adapters/network-mirror/network-mirror.ts';
import type { ProviderAddress } from '../../../src/domain/provider/address.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { dyingStore } from '../../support/dying-store.ts';
import { mirrorClientView } from '../../support/mirror-client.ts';

const PREFIX = 'some/prefix';
const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));

/** A client for a stand-in on loopback, otherwise as createMirrorS3Client makes one. */
export function mirrorClientFor(endpoint: string): S3Client {
  return new S3Client({
    ...MIRROR_CLIENT_OPTIONS,
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
}

/** A mirror under a prefix of a bucket. */
export function s3Subject(s3: S3Client, bucket: string, limits?: UploadLimits) {
  const read = async (key: string) => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${PREFIX}/${key}` }));
      return await Body?.transformToByteArray();
    } catch {
      return undefined;
    }
  };
  return {
    open: (options: { readonly dieAfter?: number } = {}) => {
      const store = createS3MirrorStore({ s3, bucket, prefix: PREFIX, ...(limits && { limits }) });
      return createNetworkMirror({ name: 'mirror', store: dyingStore(store, options.dieAfter), clock });
    },
    clientView: async (address: ProviderAddress) => await mirrorClientView(read, address),
    read,
  };
}
