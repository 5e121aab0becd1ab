// Usage: node delivery/commands/rollback.ts show|execute ENVIRONMENT COMMIT
// Goes back to a release that is still in the artifact bucket, in two steps with a look in between: `show` makes the
// change set and shows it, `execute` carries out that very change set.
import { carryOut, prepareRelease } from '../deployment/deploy.ts';
import { environmentOf, stackNameOf } from '../deployment/settings.ts';
import { job, output, required, say, summarize } from '../github/job.ts';

await job(async () => {
  const [step, name, commit = ''] = process.argv.slice(2);
  const environment = environmentOf(name);
  const stackName = stackNameOf(environment);
  const changeSetName = `rollback-${process.env['GITHUB_RUN_ID'] ?? 'local'}`;
  if (step === 'show') {
    const bucket = required('ARTIFACT_BUCKET');
    const prepared = await prepareRelease({ bucket, commit, environment, changeSetName, goingBack: true });
    console.log(prepared.shown);
    summarize(prepared.shown);
    if (prepared.kind === 'no-changes') say(`${stackName} is as ${commit} wants it: nothing to go back to.`);
    output('ready', String(prepared.kind === 'ready'));
    return;
  }
  if (step !== 'execute') throw new Error(`"${step ?? ''}" is no step: show or execute.`);
  await carryOut({ stackName, kind: 'ready', shown: '' }, changeSetName, say);
  say(`${stackName} went back to ${commit}. The next deployment from the main branch goes forward again.`);
});
