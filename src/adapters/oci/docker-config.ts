import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { describeFileProblem, readTextFile } from '../local/read-text-file.ts';
import type { CredentialWish, OciCredential, OciCredentials } from './credentials.ts';
import { type DockerAuth, type DockerConfig, dockerConfig, helperAnswer } from './schema.ts';

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const MAX_HELPER_ANSWER_BYTES = 256 * 1024;
const HELPER_TIMEOUT_MS = 30_000;

/** The name under which Docker keeps Docker Hub's credentials. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/** Helpers print this, and end with an error, when they know nothing of a registry. */
const UNKNOWN_TO_HELPER = /credentials not found/i;

/**
 * What `docker login` and its kin left in Docker's `config.json`: `$DOCKER_CONFIG/config.json`, else
 * `~/.docker/config.json`. `credHelpers` goes before `credsStore` and that before `auths`; of the keys of
 * `auths` the longest that begins the repository's name counts. Read anew every time, so that a new login is found.
 * No file means no credentials. Throws SecretUnreadable for a file or a helper that cannot be used.
 */
export function createDockerCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): OciCredentials {
  const folder = environment['DOCKER_CONFIG'] || homeFolder(environment);
  if (folder === undefined) return { description: "Docker's config file", read: async () => undefined };
  const path = join(folder, 'config.json');
  return {
    description: `Docker's config file ${path}`,
    read: async (wish) => {
      const config = await readConfig(path);
      if (config === undefined) return undefined;
      const server = wish.host === 'docker.io' ? DOCKER_HUB_KEY : wish.host;
      const helper = config.credHelpers?.[wish.host] ?? config.credsStore;
      const helped = helper ? await askHelper(helper, server, environment) : undefined;
      return helped ?? credentialOf(longestMatch(config.auths ?? {}, wish), path);
    },
  };
}

function homeFolder(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const home = environment['HOME'] || environment['USERPROFILE'];
  return home ? join(home, '.docker') : undefined;
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  const file = await readTextFile(path, MAX_CONFIG_BYTES);
  if ('problem' in file) {
    if (file.problem === 'missing') return undefined;
    throw unreadable(path, describeFileProblem(file.problem), file.cause);
  }
  const parsed = dockerConfig.safeParse(parseJson(file.text));
  if (parsed.success) return parsed.data;
  throw unreadable(path, 'is not what Docker writes');
}

/** `auths` has keys such as `ghcr.io`, `ghcr.io/acme`, `https://ghcr.io/v2/` and Docker Hub's own. */
function longestMatch(
  auths: Readonly<Record<string, DockerAuth>>,
  { host, repository = '' }: CredentialWish,
): DockerAuth | undefined {
  const name = `${host}/${repository}/`;
  const matches = Object.entries(auths)
    .map(([key, auth]) => ({ prefix: prefixOf(key), auth }))
    .filter(({ prefix }) => name.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return matches[0]?.auth;
}

function prefixOf(key: string): string {
  if (key === DOCKER_HUB_KEY) return 'docker.io/';
  const bare = key.replace(/^https?:\/\//, '').replace(/\/v[12]\/?$/, '');
  return bare.endsWith('/') ? bare : `${bare}/`;
}

function credentialOf(auth: DockerAuth | undefined, path: string): OciCredential | undefined {
  if (auth === undefined) return undefined;
  if (auth.registrytoken) return { kind: 'bearer', token: auth.registrytoken };
  if (auth.identitytoken) return { kind: 'identity-token', token: auth.identitytoken };
  if (auth.auth) {
    const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth.auth, 'base64').toString()) ?? [];
    if (username === undefined || password === undefined) {
      throw unreadable(path, 'has an "auth" that is not a user name and password');
    }
    // Some tools fill the field up with zero bytes.
    return { kind: 'basic', username, password: password.replace(/\0+$/, '') };
  }
  if (auth.username === undefined || auth.password === undefined) return undefined;
  return { kind: 'basic', username: auth.username, password: auth.password };
}

/** Runs `docker-credential-NAME get`, which takes the registry on its input. What it prints is shown nowhere. */
async function askHelper(
  name: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OciCredential | undefined> {
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]*$/.test(name)) {
    throw helperProblem(
      `Docker's config file names the credential helper ${quote(name)}, which is no program's name.`,
    );
  }
  const program = `docker-credential-${name}`;
  const { failure, stdout } = await run(program, server, environment);
  if (failure === undefined) {
    const answer = helperAnswer.safeParse(parseJson(stdout));
    if (!answer.success)
      throw helperProblem(`The program ${program} printed something that is no credential.`);
    const { Username: username, Secret: secret } = answer.data;
    if (username === '<token>') return { kind: 'identity-token', token: secret };
    return username === '' && secret === '' ? undefined : { kind: 'basic', username, password: secret };
  }
  if (UNKNOWN_TO_HELPER.test(stdout)) return undefined;
  const why = failure.code === 'ENOENT' ? 'is not installed' : 'failed';
  throw helperProblem(
    `The program ${program}, which Docker's config file names for ${server}, ${why}. Try: echo ${server} | ${program} get`,
  );
}

function run(
  program: string,
  input: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly failure: NodeJS.ErrnoException | undefined; readonly stdout: string }> {
  return new Promise((resolve) => {
    const options = {
      env: { ...environment },
      timeout: HELPER_TIMEOUT_MS,
      maxBuffer: MAX_HELPER_ANSWER_BYTES,
    };
    const child = execFile(program, ['get'], options, (error, stdout) => {
      resolve({ failure: (error as NodeJS.ErrnoException | null) ?? undefined, stdout });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function helperProblem(message: string): SyncError {
  return new SyncError('SecretUnreadable', message);
}

function unreadable(path: string, what: string, cause?: unknown): SyncError {
  return new SyncError('SecretUnreadable', `Docker's config file ${path} ${what}.`, { cause });
}
