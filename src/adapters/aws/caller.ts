import { SyncError } from '../../domain/errors.ts';
import { type AwsCredentials, signRequest } from './signature.ts';

export interface CallerOptions {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** Of another STS than AWS's: AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL. */
  readonly endpoint: string | undefined;
  readonly now: Date;
}

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 65_536;
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * The ARN of whoever the credentials belong to, as STS says: nobody needs a right for asking. Throws ServiceUnavailable
 * when it did not answer, and ServiceUnreachable when it refused.
 */
export async function callerArn({ credentials, region, endpoint, now }: CallerOptions): Promise<string> {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL('/', endpoint ?? `https://sts.${region}.${suffix}`);
  const headers = signRequest(
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: BODY,
    },
    { credentials, region, service: 'sts', now },
  );
  const asked = `Asking ${url.host} who you are`;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(url, { method: 'POST', headers, body: BODY, signal, redirect: 'error' }).catch(
    (cause: unknown) => {
      throw new SyncError('ServiceUnavailable', `${asked} did not work for now. ${ADVICE}`, { cause });
    },
  );
  const text = (await answer.text()).slice(0, MAX_ANSWER);
  const [, arn] = /<Arn>(arn:[A-Za-z0-9:/_+=,.@-]{1,280})<\/Arn>/.exec(text) ?? [];
  if (answer.ok && arn !== undefined) return arn;
  const [, code = `status ${answer.status}`] = /<Code>(\w{1,60})<\/Code>/.exec(text) ?? [];
  throw new SyncError('ServiceUnreachable', `${asked} was answered with ${code}. ${ADVICE}`);
}

const ADVICE = 'Say it with --as.';
