import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPlans } from '../../delivery/change-set/comment.ts';
import { bootstrap, properties, ROLE_NAMES, ROLES } from './support/bootstrap.ts';
import { change, planWith } from './support/change-set-samples.ts';

const text = readFileSync('docs/delivery.md', 'utf8');
const workflows = readdirSync('.github/workflows').map((name) =>
  readFileSync(`.github/workflows/${name}`, 'utf8'),
);

const property = (Path: string) => ({ Attribute: 'Properties', Name: Path.split('/')[2] ?? '', Path });

const SAMPLE = planWith(
  [
    change('Modify', 'TokenSecret', 'AWS::SecretsManager::Secret', {
      replacement: 'True',
      policy: 'ReplaceAndDelete',
      targets: [property('/Properties/Name')],
    }),
    change('Modify', 'CheckVersionRole', 'AWS::IAM::Role', {
      replacement: 'False',
      targets: [property('/Properties/Policies/0/PolicyDocument')],
    }),
    change('Modify', 'DownloadAndUploadFunction', 'AWS::Lambda::Function', {
      replacement: 'False',
      targets: [property('/Properties/MemorySize')],
    }),
    change('Add', 'SyncOverdueAlarm', 'AWS::CloudWatch::Alarm'),
    change('Add', 'DownloadAndUploadFunctionVersion0123456789', 'AWS::Lambda::Version'),
  ],
  { added: ['MirrorUrl'], changed: [], removed: [] },
);

describe('docs/delivery.md', () => {
  it('shows a comment as it is rendered', () => {
    expect(text).toContain(`\`\`\`markdown\n${renderPlans([SAMPLE], '').comment}\`\`\`\n`);
  });

  it('names every variable that the workflows read', () => {
    const variables = new Set(
      workflows.flatMap((each) => Array.from(each.matchAll(/vars\.([A-Z_]+)/g), ([, name]) => name)),
    );
    expect(variables.size).toBeGreaterThan(4);
    for (const name of variables) expect(text).toContain(`\`${name}\``);
  });

  it('names every role, and every workflow', () => {
    for (const role of ROLE_NAMES) {
      expect(text).toContain(`\`${properties(bootstrap('ids'), ROLES[role]).RoleName}\``);
    }
    // Nobody starts the one that deploys to one environment: deploy.yml calls it.
    const started = readdirSync('.github/workflows').filter((name) => name !== 'deploy-environment.yml');
    expect(started.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
