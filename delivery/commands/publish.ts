// Usage: node delivery/commands/publish.ts COMMIT .aws-sam/build/template.yaml
// Uploads what `sam build` made to the artifact bucket, under the commit, once.
import { publishArtifact } from '../deployment/artifact.ts';
import { job, required, say } from '../github/job.ts';

await job(async () => {
  const [commit = '', template = ''] = process.argv.slice(2);
  const place = { bucket: required('ARTIFACT_BUCKET'), commit };
  const done = await publishArtifact(place, template);
  say(`Release ${commit} ${done === 'present' ? 'was in the bucket already' : 'is in the bucket now'}.`);
});
