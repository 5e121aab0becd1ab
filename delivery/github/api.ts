import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Calls GitHub's REST API through gh, which has the job's token. A body goes by stdin, so that any text fits. */
export async function github(method: string, endpoint: string, body?: object): Promise<unknown> {
  const input = body === undefined ? [] : ['--input', '-'];
  const running = promisify(execFile)('gh', ['api', '--method', method, endpoint, ...input], {
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end(body === undefined ? '' : JSON.stringify(body));
  const { stdout } = await running;
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

/** Every page of a list of at most 3,000. */
export async function githubList(endpoint: string): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (let page = 1; page <= 30; page += 1) {
    const answer = await github(
      'GET',
      `${endpoint}${endpoint.includes('?') ? '&' : '?'}per_page=100&page=${page}`,
    );
    if (!Array.isArray(answer)) throw new Error(`GitHub's answer to ${endpoint} is no list.`);
    all.push(...(answer as unknown[]));
    if (answer.length < 100) break;
  }
  return all;
}
