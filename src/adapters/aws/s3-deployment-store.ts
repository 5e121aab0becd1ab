import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DeploymentStore } from '../../ports/deployment-store.ts';
import { stateLock } from './schema.ts';
import { serviceErrorOf, serviceUnavailable } from './service-errors.ts';

export interface S3DeploymentStoreOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Without a slash at its end; "" for none. */
  readonly prefix: string;
  readonly region?: string | undefined;
  /** What stands for S3, plain http only on loopback. */
  readonly endpoint?: string | undefined;
  /** Encrypts with this key rather than with the bucket's own. */
  readonly kmsKeyId?: string | undefined;
}

/**
 * A bucket, versioned and encrypted. A state lies under `state/ID/terraform.tfstate`, locked by Terraform's own lock
 * file beside it. Needs GetObject and PutObject, and DeleteObject for locks and for what was used up.
 */
export function createS3Deployments(options: S3DeploymentStoreOptions): DeploymentStore {
  const { s3, bucket, prefix, region, endpoint, kmsKeyId } = options;
  const keyOf = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  const stateKey = (id: string): string => keyOf(`state/${id}/terraform.tfstate`);
  const encryption =
    kmsKeyId === undefined ? {} : ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId } as const);

  const read = async (Key: string): Promise<Uint8Array | undefined> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      const { name } = serviceErrorOf(error);
      if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
      throw serviceUnavailable(`Reading s3://${bucket}/${Key}`, error);
    }
  };
  const text = async (Key: string): Promise<string | undefined> => {
    const bytes = await read(Key);
    return bytes && new TextDecoder().decode(bytes);
  };

  return {
    location: `s3://${bucket}/${prefix}`,
    stateKey: (id) => `s3://${bucket}/${stateKey(id)}`,
    backend: (id) => ({
      type: 's3',
      config: {
        bucket,
        key: stateKey(id),
        use_lockfile: true,
        encrypt: true,
        ...(region === undefined ? {} : { region }),
        ...(kmsKeyId === undefined ? {} : { kms_key_id: kmsKeyId }),
        ...(endpoint === undefined ? {} : standIn(endpoint)),
      },
    }),
    readState: (id) => text(stateKey(id)),
    readLock: async (id) => {
      const body = await text(`${stateKey(id)}.tflock`);
      const parsed = body === undefined ? undefined : stateLock.safeParse(body);
      if (parsed === undefined) return undefined;
      if (!parsed.success) return { id: '', who: 'nobody who can be read', operation: '', created: '' };
      const { ID, Who, Operation, Created } = parsed.data;
      return { id: ID, who: Who, operation: Operation, created: Created };
    },
    put: async (name, bytes) => {
      const Key = keyOf(name);
      try {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, ...encryption }));
      } catch (error) {
        throw serviceUnavailable(`Writing s3://${bucket}/${Key}`, error);
      }
    },
    get: (name) => read(keyOf(name)),
    remove: async (name) => {
      const Key = keyOf(name);
      try {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      } catch (error) {
        throw serviceUnavailable(`Deleting s3://${bucket}/${Key}`, error);
      }
    },
  };
}

/** What Terraform's backend needs to take another server for S3. */
function standIn(endpoint: string) {
  return {
    endpoints: { s3: endpoint },
    use_path_style: true,
    skip_credentials_validation: true,
    skip_requesting_account_id: true,
    skip_metadata_api_check: true,
    skip_region_validation: true,
  };
}
