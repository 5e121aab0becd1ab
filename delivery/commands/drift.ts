// Usage: node delivery/commands/drift.ts detect FILE [ENVIRONMENT…] | report FILE
// `detect` compares the stacks (default all three) with their templates and writes what it finds; `report` keeps one
// issue: opened or updated when something drifted, closed when nothing has.
import { readFile, writeFile } from 'node:fs/promises';
import { code } from '../change-set/comment.ts';
import { findStack } from '../cloudformation/stacks.ts';
import { environmentOf, stackNameOf } from '../deployment/settings.ts';
import { type Drift, detectDrift, withoutExpected } from '../drift/drift.ts';
import { github, githubList } from '../github/api.ts';
import { job, required, summarize } from '../github/job.ts';
import { posts } from '../github/schema.ts';

const MARKER = '<!-- provider-sync-drift -->';
const AUTHOR = 'github-actions[bot]';

await job(async () => {
  const [step, file = '', ...environments] = process.argv.slice(2);
  if (step === 'detect') {
    const names = environments.length > 0 ? environments : ['dev', 'staging', 'prod'];
    const drifts: Drift[] = [];
    for (const name of names) {
      const stackName = stackNameOf(environmentOf(name));
      if ((await findStack(stackName)) === undefined) continue;
      drifts.push(...withoutExpected(await detectDrift(stackName)));
    }
    const body = drifts.length === 0 ? '' : renderDrifts(drifts);
    await writeFile(file, body);
    summarize(body === '' ? 'Nothing drifted.' : body);
    return;
  }
  if (step !== 'report') throw new Error(`"${step ?? ''}" is no step: detect or report.`);
  await report(await readFile(file, 'utf8'));
});

function renderDrifts(drifts: readonly Drift[]): string {
  const lines = drifts.map(({ stack, resource, type, kind, properties }) => {
    const where = properties.length === 0 ? '' : `: ${properties.map(code).join(', ')}`;
    return `- **${kind}** ${code(`${stack}/${resource}`)} ${code(type)}${where}`;
  });
  return [
    MARKER,
    'Somebody changed these by another way than a deployment. Either bring the change into the template, or undo it: deploying the same release again does not.',
    '',
    ...lines.slice(0, 200),
    ...(lines.length > 200 ? [`- … and ${lines.length - 200} more`] : []),
  ].join('\n');
}

async function report(body: string): Promise<void> {
  const repository = `repos/${required('GITHUB_REPOSITORY')}`;
  const open = posts.parse(
    await githubList(`${repository}/issues?state=open&creator=${encodeURIComponent(AUTHOR)}`),
  );
  const own = open.find((issue) => issue.user?.login === AUTHOR && issue.body?.startsWith(MARKER));
  if (body === '') {
    if (own?.number === undefined) return;
    const comment = { body: 'Nothing differs from the templates any more.' };
    await github('POST', `${repository}/issues/${own.number}/comments`, comment);
    await github('PATCH', `${repository}/issues/${own.number}`, {
      state: 'closed',
      state_reason: 'completed',
    });
    return;
  }
  const title = 'The stacks drifted from their templates';
  if (own?.number === undefined) await github('POST', `${repository}/issues`, { title, body });
  else await github('PATCH', `${repository}/issues/${own.number}`, { body });
}
