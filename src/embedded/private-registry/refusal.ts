import { type Answer, jsonAnswer } from '../http-server/exchange.ts';
import type { SchemaError } from './schema.ts';

/** The media type of every HCP Terraform API document. */
export const JSON_API = 'application/vnd.api+json';

/** One member of a JSON:API error document. */
interface ApiError {
  readonly status: string;
  readonly title: string;
  readonly detail?: string;
  readonly source?: { readonly pointer: string };
}

/** Thrown to end a request with an error document. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly ApiError[];

  constructor(status: number, errors: readonly Omit<ApiError, 'status'>[]) {
    super(errors.map(({ title, detail }) => detail ?? title).join('; '));
    this.name = 'Refusal';
    this.status = status;
    this.errors = errors.map((error) => ({ status: String(status), ...error }));
  }
}

/** Also the answer for what the caller may not see: the API tells the two apart nowhere. */
export const notFound = (): Refusal => new Refusal(404, [{ title: 'not found' }]);

export const unauthorized = (): Refusal => new Refusal(401, [{ title: 'unauthorized' }]);

export const forbidden = (detail: string): Refusal => new Refusal(403, [{ title: 'forbidden', detail }]);

export const badRequest = (detail: string): Refusal => new Refusal(400, [{ title: 'bad request', detail }]);

/** 422 for one attribute: "Name has already been taken". */
export function invalidAttribute(attribute: string, complaint: string): Refusal {
  return new Refusal(422, [attributeError(`/data/attributes/${attribute}`, attribute, complaint)]);
}

/** 422 with one error for each finding. */
export function invalidBody(error: SchemaError): Refusal {
  return new Refusal(
    422,
    error.issues.map(({ path, message }) => {
      const names = path.filter((part) => typeof part === 'string');
      return attributeError(`/${names.join('/')}`, names.at(-1) ?? 'body', message);
    }),
  );
}

function attributeError(pointer: string, attribute: string, complaint: string): Omit<ApiError, 'status'> {
  const words = attribute.replaceAll('-', ' ');
  const subject = words.charAt(0).toUpperCase() + words.slice(1);
  return { title: 'invalid attribute', detail: `${subject} ${complaint}`, source: { pointer } };
}

export function refusalAnswer(refusal: Refusal): Answer {
  const answer = jsonAnswer(refusal.status, { errors: refusal.errors }, JSON_API);
  // The rest of a body that is too large is not waited for.
  return refusal.status === 413 ? { ...answer, headers: { connection: 'close' } } : answer;
}
