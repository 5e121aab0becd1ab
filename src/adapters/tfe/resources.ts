import { SyncError } from '../../domain/errors.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import type { HttpDocument } from '../http/contract.ts';
import { readJsonAs, type Schema } from '../http/read-document.ts';
import { type Api, isSuccess, rejected } from './api.ts';
import { providerAnswer } from './schema.ts';

/** What a read found, with the URL that its relative links are relative to. */
export interface Found<T> {
  readonly data: T;
  readonly url: string;
}

/** The paths of the Private Provider and GPG key APIs. A private provider's namespace is its organization. */
export const paths = {
  providers: ({ organization }: Api) =>
    `api/v2/organizations/${encodeURIComponent(organization)}/registry-providers`,
  provider: (api: Api, type: string) =>
    `${paths.providers(api)}/private/${encodeURIComponent(api.organization)}/${encodeURIComponent(type)}`,
  versions: (api: Api, type: string) => `${paths.provider(api, type)}/versions`,
  version: (api: Api, type: string, text: string) =>
    `${paths.versions(api, type)}/${encodeURIComponent(text)}`,
  platforms: (api: Api, type: string, text: string) => `${paths.version(api, type, text)}/platforms`,
  platform: (api: Api, type: string, text: string, { os, arch }: Platform) =>
    `${paths.platforms(api, type, text)}/${encodeURIComponent(os)}/${encodeURIComponent(arch)}`,
  keys: 'api/registry/private/v2/gpg-keys',
  key: ({ organization }: Api, keyId: string) =>
    `${paths.keys}/${encodeURIComponent(organization)}/${encodeURIComponent(keyId)}`,
} as const;

/** What a provider is called in messages. */
export function providerName({ organization }: Api, type: string): string {
  return `the private provider ${organization}/${type}`;
}

/** GETs one resource; undefined on 404, whatever that means. */
export async function readOne<T>(
  api: Api,
  path: string,
  target: string,
  schema: Schema<T>,
): Promise<Found<T> | undefined> {
  const document = await api.call({ method: 'GET', path, target });
  if (document.status === 404) return undefined;
  return { data: readSuccess(document, target, schema), url: document.url };
}

function readSuccess<T>(document: HttpDocument, target: string, schema: Schema<T>): T {
  if (!isSuccess(document)) throw rejected(document, target);
  return readJsonAs(document, schema);
}

/**
 * Whether the organization has the private provider. A 404 counts as "no" only when the organization's
 * providers can be listed, because 404 also means "not allowed". Throws OrganizationNotFound.
 */
export async function hasProvider(api: Api, type: string): Promise<boolean> {
  const found = await readOne(api, paths.provider(api, type), providerName(api, type), providerAnswer);
  if (found) return true;
  await requireOrganization(api);
  return false;
}

/** Throws OrganizationNotFound when the organization's providers cannot be listed. */
export async function requireOrganization(api: Api): Promise<void> {
  const path = `${paths.providers(api)}?page%5Bsize%5D=1`;
  const target = `the private providers of ${api.organization}`;
  const document = await api.call({ method: 'GET', path, target });
  if (document.status === 404) throw organizationNotFound(api);
  if (!isSuccess(document)) throw rejected(document, target);
}

export function organizationNotFound({ organization, host }: Api): SyncError {
  return new SyncError(
    'OrganizationNotFound',
    `${host} has no organization ${organization}, or the token may not see it. Check the organization's name ` +
      'and the rights of the token.',
  );
}

export function destinationNotFound(what: string): SyncError {
  return new SyncError('DestinationNotFound', `The private registry does not have ${what}.`);
}

/** A 404 to a change of something whose parent can be read: the token may look but not touch. */
export function changeDenied(what: string): SyncError {
  return new SyncError(
    'AccessDenied',
    `The API token may read but not change ${what} (404). Give its team the right to manage private providers.`,
  );
}
