import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import {
  ALL_OPTIONS,
  type Deployment,
  deploymentsOf,
  OPTIONS,
  type Option,
} from './support/transformed-template.ts';

const tools = await deploymentTools();

/** How the table says when a permission is there, by the option without which it is not. */
const ONLY_WHEN: Partial<Record<Option, string>> = {
  vpc: '`VpcSubnetIds`',
  kms: '`KmsKeyArn`',
  schedules: 'its schedule',
  mirror: 'a mirror',
  ledger: 'a ledger',
  existingSecrets: '`CaBundleSecretName`',
};

const ROLES: Readonly<Record<string, string>> = {
  ReadConfigRole: 'ReadConfig',
  TakeTurnRole: 'TakeTurn',
  CheckVersionRole: 'CheckVersion',
  DownloadAndUploadRole: 'DownloadAndUpload',
  ErrorHandlerRole: 'ErrorHandler',
  CleanupOldVersionsRole: 'CleanupOldVersions',
  KeepLedgerRole: 'KeepLedger',
  ProviderSyncRole: 'state machine',
  ConfigUploadedRuleRole: 'config upload rule',
  SyncScheduleRole: 'sync schedule',
  CleanupScheduleRole: 'cleanup schedule',
  KeepLedgerScheduleRole: 'KeepLedger schedule',
};

function statements({ resolved }: Deployment, role: string): readonly Json[] {
  return (resolved.Resources[role]?.Properties['Policies'] ?? []).flatMap(
    ({ PolicyDocument }: Json) => PolicyDocument.Statement,
  );
}

/** Every permission of the deployment as the rows of the table. */
function permissionRows(all: Deployment, without: ReadonlyMap<Option, Deployment>): readonly string[] {
  const has = (deployment: Deployment, role: string, sid: string) =>
    statements(deployment, role).some(({ Sid }) => Sid === sid);
  return Object.keys(all.resolved.Resources)
    .filter((name) => all.resolved.Resources[name]?.Type === 'AWS::IAM::Role')
    .flatMap((role) =>
      statements(all, role).map(({ Sid, Effect, Action, Resource }) => {
        const needed = ALL_OPTIONS.find((option) => {
          const other = without.get(option);
          return other !== undefined && !has(other, role, Sid);
        });
        return row([
          ROLES[role] ?? role,
          Sid,
          `${Effect === 'Deny' ? 'denied to its code: ' : ''}${codes(Action)}`,
          codes(Resource),
          needed === undefined ? 'always' : (ONLY_WHEN[needed] ?? needed),
        ]);
      }),
    );
}

function codes(values: Json): string {
  return [values]
    .flat()
    .map((value) => String(value).replace(OPTIONS.kms.KmsKeyArn, 'KmsKeyArn'))
    .map((value) => `\`${value}\``)
    .join(', ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

describe.skipIf(!tools)('docs/permissions.md (needs Python and pip)', { timeout: 180_000 }, () => {
  it('lists exactly what the transformed template permits', async () => {
    if (!tools) return;
    const sets = [ALL_OPTIONS, ...ALL_OPTIONS.map((left) => ALL_OPTIONS.filter((option) => option !== left))];
    const [all, ...others] = await deploymentsOf(tools, sets);
    if (!all) throw new Error('nothing was transformed');
    const without = new Map(others.map((deployment, index) => [ALL_OPTIONS[index] as Option, deployment]));
    const document = await readFile('docs/permissions.md', 'utf8');
    // Below that stands the table of another stack, with a test of its own.
    const [own = ''] = document.split('\n## The mirror of bottles\n');
    // A formatter may pad the cells.
    const lines = own.split('\n').map((line) => line.replaceAll(/ +/g, ' '));
    const table = lines.filter((line) => /^\| (?!Who |-)/.test(line));
    expect(table).toEqual(permissionRows(all, without));
  });
});
