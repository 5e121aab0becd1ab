import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SyncError } from '../../domain/errors.ts';
import type { CheckedType } from '../../domain/ledger-intake/judge.ts';
import type { RegisteredType } from '../../domain/ledger-intake/rules.ts';
import {
  isForeignType,
  MAX_TYPE_DOCUMENT_BYTES,
  parseRegisteredType,
} from '../../domain/ledger-intake/schema.ts';
import type { EventTypes, TypeOffice } from '../../ports/event-types.ts';
import { compileSchema } from '../json-schema/compile.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

const REGISTERED = 'registered/';
const REFUSED = 'refused/';

interface Place {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** For how long a type is used as it was read: one that is registered anew holds after this at the latest. */
const KEPT_MS = 60_000;

/**
 * The types below `registered/` of a bucket, where nothing is but what was checked. A schema is compiled once for each
 * state of it; a type that is not there is asked for again each time, so that it holds as soon as it is registered.
 */
export function createS3EventTypes(place: Place, monotonic: () => number): EventTypes {
  const known = new Map<string, { readonly type: CheckedType; readonly at: number }>();
  return {
    find: async (name) => {
      // Anything may stand in an event's type.
      if (!isForeignType(name)) return undefined;
      const there = known.get(name);
      if (there !== undefined && monotonic() - there.at < KEPT_MS) return there.type;
      const text = await read(place, `${REGISTERED}${name}.json`);
      const registered = text === undefined ? undefined : parseRegisteredType(text);
      if (text !== undefined && registered?.type !== name) {
        throw new SyncError(
          'InternalError',
          `s3://${place.bucket}/${REGISTERED}${name}.json is not what registers a type. Hand the type in again.`,
        );
      }
      if (registered === undefined) return undefined;
      const isSame = there?.type.digest === registered.digest;
      const check = isSame ? there.type.check : compileSchema(registered.schema);
      const type = { ...registered, check };
      known.set(name, { type, at: monotonic() });
      return type;
    },
  };
}

export function createS3TypeOffice(place: Place): TypeOffice {
  const write = (key: string, document: object) => put(place, key, `${JSON.stringify(document, null, 2)}\n`);
  return {
    read: (key, versionId) => read(place, key, versionId),
    register: (registered: RegisteredType, at) =>
      write(`${REGISTERED}${registered.type}.json`, { ...registered, registeredAt: at.toISOString() }),
    refuse: (type, problems, at) =>
      write(`${REFUSED}${type}.json`, { type, refusedAt: at.toISOString(), problems }),
  };
}

/** Undefined when there is no such object. No more of it is read than a type's document may have, and a little. */
async function read({ s3, bucket }: Place, key: string, versionId?: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        Range: `bytes=0-${2 * MAX_TYPE_DOCUMENT_BYTES}`,
        ...(versionId !== undefined && { VersionId: versionId }),
      }),
    );
    return await Body?.transformToString('utf-8');
  } catch (error) {
    const { name, status } = serviceErrorOf(error);
    if (name === 'NoSuchKey' || name === 'NoSuchVersion') return undefined;
    // An object without a byte has no range.
    if (status === 416) return '';
    throw storeError(`Reading s3://${bucket}/${key}`, error);
  }
}

async function put({ s3, bucket }: Place, Key: string, Body: string): Promise<void> {
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: 'application/json' }));
  } catch (error) {
    throw storeError(`Writing s3://${bucket}/${Key}`, error);
  }
}

function storeError(what: string, error: unknown): SyncError {
  const service = serviceErrorOf(error);
  if (isUnanswered(service)) return serviceUnavailable(what, error);
  return new SyncError('AccessDenied', `${what} failed: ${service.name}.`, { cause: error });
}
