// Usage: node delivery/commands/comment.ts PULL_REQUEST FILE
// Puts a plan under a pull request: one comment, which every run replaces.
import { readFile } from 'node:fs/promises';
import { COMMENT_MARKER } from '../change-set/comment.ts';
import { github, githubList } from '../github/api.ts';
import { job, required } from '../github/job.ts';
import { posts } from '../github/schema.ts';

/** Who the job's token writes as. Anybody can write the marker; only this user's comments are ours. */
const AUTHOR = 'github-actions[bot]';

await job(async () => {
  const [pullRequest = '', file = ''] = process.argv.slice(2);
  if (!/^[1-9]\d*$/.test(pullRequest)) throw new Error(`"${pullRequest}" is no number of a pull request.`);
  const repository = `repos/${required('GITHUB_REPOSITORY')}`;
  const body = await readFile(file, 'utf8');
  const comments = posts.parse(await githubList(`${repository}/issues/${pullRequest}/comments`));
  const own = comments.find((each) => each.user?.login === AUTHOR && each.body?.startsWith(COMMENT_MARKER));
  if (own === undefined) await github('POST', `${repository}/issues/${pullRequest}/comments`, { body });
  else await github('PATCH', `${repository}/issues/comments/${own.id}`, { body });
  console.log(own === undefined ? 'Commented.' : 'Updated the comment.');
});
