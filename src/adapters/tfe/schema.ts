import * as z from 'zod';
import { parseSha256 } from '../../domain/artifact/sha256.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import type { StoredSigningKey } from '../../ports/signing-keys.ts';
import type { ListedProvider } from './contract.ts';

/** A resource with its JSON:API id, by which the members of a listing are told apart. */
export interface Identified {
  readonly id: string;
}

export interface VersionDocument extends Identified {
  /** As the registry writes it. */
  readonly text: string;
  readonly createdAt: Date | undefined;
  readonly keyId: string;
  readonly protocols: readonly string[];
  readonly platformCount: number | undefined;
  readonly shasums: FileDocument;
  readonly signature: FileDocument;
}

export interface PlatformDocument extends Identified {
  readonly platform: Platform;
  readonly filename: string;
  /** A SHA-256 digest in lower case; in quotes and cut to a length where it is anything else. */
  readonly shasum: string;
  readonly package: FileDocument;
}

/** A release file: an upload link stands beside it while it is missing, a download link afterwards. */
export interface FileDocument {
  /** Undefined when the document does not say it, and no link shows it. */
  readonly uploaded: boolean | undefined;
  readonly uploadLink: string | undefined;
  readonly downloadLink: string | undefined;
}

export interface Pagination {
  readonly currentPage: number;
  readonly nextPage: number | null;
  readonly totalCount: number;
}

export interface Page<T> {
  readonly members: readonly T[];
  /** Undefined when the document does not say which page it is and what follows. */
  readonly pagination: Pagination | undefined;
}

const id = z.union([z.string().min(1), z.number()]).transform(String);
const time = z
  .string()
  .nullish()
  .transform((text) => {
    const date = new Date(text ?? Number.NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
  });
const links = z.record(z.string(), z.unknown()).nullish();

function fileDocument(
  uploaded: boolean | null | undefined,
  found: z.output<typeof links>,
  name: string,
): FileDocument {
  const link = (key: string) => {
    const value = found?.[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [uploadLink, downloadLink] = [link(`${name}-upload`), link(`${name}-download`)];
  const shown = downloadLink !== undefined ? true : uploadLink !== undefined ? false : undefined;
  return { uploaded: uploaded ?? shown, uploadLink, downloadLink };
}

/** "Get a Provider" and the members of "List Terraform Registry Providers". */
const provider = z
  .object({
    id,
    attributes: z.object({
      name: z.string(),
      namespace: z.string(),
      'registry-name': z.enum(['private', 'public']),
    }),
  })
  .transform(({ id, attributes }): ListedProvider & Identified => ({
    id,
    name: attributes.name,
    namespace: attributes.namespace,
    registryName: attributes['registry-name'],
  }));

/** "Get a Version" and the members of "Get All Versions for a Single Provider". */
const version = z
  .object({
    id,
    attributes: z.object({
      version: z.string(),
      'created-at': time,
      'key-id': z.string().nullish(),
      protocols: z.array(z.string()).nullish(),
      'shasums-uploaded': z.boolean().nullish(),
      'shasums-sig-uploaded': z.boolean().nullish(),
    }),
    relationships: z
      .object({ platforms: z.object({ data: z.array(z.unknown()).nullish() }).nullish() })
      .nullish(),
    links,
  })
  .transform(
    ({ id, attributes, relationships, links }): VersionDocument => ({
      id,
      text: attributes.version,
      createdAt: attributes['created-at'],
      keyId: (attributes['key-id'] ?? '').toUpperCase(),
      protocols: attributes.protocols ?? [],
      platformCount: relationships?.platforms?.data?.length,
      shasums: fileDocument(attributes['shasums-uploaded'], links, 'shasums'),
      signature: fileDocument(attributes['shasums-sig-uploaded'], links, 'shasums-sig'),
    }),
  );

/** "Get a Platform" and the members of "Get All Platforms for a Single Version". */
const platform = z
  .object({
    id,
    attributes: z.object({
      os: z.string().min(1),
      arch: z.string().min(1),
      filename: z.string(),
      shasum: z.string(),
      'provider-binary-uploaded': z.boolean().nullish(),
    }),
    links,
  })
  .transform(({ id, attributes, links }): PlatformDocument => {
    const { os, arch, filename } = attributes;
    // The API takes any text. It is then what one platform has, and no reason to read nothing of the others.
    const shasum = parseSha256(attributes.shasum) ?? quote(attributes.shasum);
    const file = fileDocument(attributes['provider-binary-uploaded'], links, 'provider-binary');
    return { id, platform: { os, arch }, filename, shasum, package: file };
  });

/** "Get GPG Key" and the members of "List GPG Keys". */
const signingKey = z
  .object({
    id,
    attributes: z.object({
      'key-id': z.string(),
      'ascii-armor': z.string(),
      namespace: z.string(),
      'created-at': time,
    }),
  })
  .transform(({ id, attributes }): StoredSigningKey & Identified & { readonly namespace: string } => ({
    id,
    keyId: attributes['key-id'].toUpperCase(),
    asciiArmor: attributes['ascii-armor'],
    namespace: attributes.namespace,
    createdAt: attributes['created-at'],
  }));

/** A document about one resource. */
function single<S extends z.ZodType>(member: S) {
  return z
    .object({ data: member })
    .transform((document) => (document as { readonly data: z.output<S> }).data);
}

const pagination = z
  .object({
    'current-page': z.number().int().positive(),
    'next-page': z.number().int().positive().nullable(),
    'total-count': z.number().int().nonnegative(),
  })
  .transform(
    (meta): Pagination => ({
      currentPage: meta['current-page'],
      nextPage: meta['next-page'],
      totalCount: meta['total-count'],
    }),
  );

/** One page of a listing. */
function page<S extends z.ZodType>(member: S) {
  return z
    .object({
      data: z.array(member),
      meta: z.object({ pagination: pagination.optional().catch(undefined) }).nullish(),
    })
    .transform(
      (document): Page<z.output<S>> => ({
        members: document.data,
        pagination: document.meta?.pagination,
      }),
    );
}

// Made once: zod compiles a schema when it is first used, and one made for each answer would be compiled each time.
export const providerAnswer = single(provider);
export const providerPage = page(provider);
export const versionAnswer = single(version);
export const versionPage = page(version);
export const platformAnswer = single(platform);
export const platformPage = page(platform);
export const signingKeyAnswer = single(signingKey);
export const signingKeyPage = page(signingKey);
