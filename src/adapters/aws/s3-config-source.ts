import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { MAX_CONFIG_BYTES } from '../../domain/config/config.ts';
import { type ConfigReference, formatConfigReference } from '../../domain/deployment/run-references.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/**
 * Fixes which version of the object a run reads: the given one, or the latest as it is now. Null where the bucket
 * keeps no versions. Throws ConfigNotFound, ConfigUnreadable, ServiceUnavailable.
 */
export async function pinConfig(
  s3: S3Client,
  {
    bucket,
    key,
    versionId,
  }: Omit<ConfigReference, 'versionId'> & { readonly versionId?: string | undefined },
): Promise<ConfigReference> {
  if (versionId !== undefined) return { bucket, key, versionId };
  const latest = { bucket, key, versionId: null };
  try {
    const { VersionId } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return { ...latest, versionId: VersionId ?? null };
  } catch (error) {
    throw readFailure(latest, error);
  }
}

/** `config.json` in a bucket, exactly the version that the reference names; at most MAX_CONFIG_BYTES of UTF-8. */
export function createS3ConfigSource(s3: S3Client, reference: ConfigReference): ConfigSource {
  const { bucket, key, versionId } = reference;
  return {
    location: formatConfigReference(reference),
    async read() {
      const version = versionId === null ? {} : { VersionId: versionId };
      const answer = await s3
        .send(new GetObjectCommand({ Bucket: bucket, Key: key, ...version }))
        .catch((error: unknown) => {
          throw readFailure(reference, error);
        });
      if ((answer.ContentLength ?? 0) > MAX_CONFIG_BYTES) throw tooLarge(reference);
      const bytes = await answer.Body?.transformToByteArray().catch((error: unknown) => {
        throw serviceUnavailable(`Reading ${formatConfigReference(reference)}`, error);
      });
      return new TextDecoder().decode(bytes);
    },
  };
}

function tooLarge(reference: ConfigReference): SyncError {
  return new SyncError(
    'ConfigTooLarge',
    `The config ${formatConfigReference(reference)} is too large: at most 1 MiB is read. Is it the right object?`,
  );
}

/** S3 answers 403 also for an object that is not there, when the caller may not list the bucket. */
function readFailure(reference: ConfigReference, cause: unknown): SyncError {
  const error = serviceErrorOf(cause);
  const location = formatConfigReference(reference);
  if (isUnanswered(error)) return serviceUnavailable(`Reading ${location}`, cause);
  if (error.status === 403) {
    return new SyncError(
      'ConfigUnreadable',
      `S3 refuses to hand out ${location} (${error.name}). Either it does not exist, or this function's role may not read it.`,
      { cause },
    );
  }
  return new SyncError(
    'ConfigNotFound',
    `There is no config ${location} (${error.name}). Upload it, or name another bucket and key.`,
    { cause },
  );
}
