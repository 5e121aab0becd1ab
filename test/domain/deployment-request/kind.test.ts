import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { judgeInputs } from '../../../src/domain/deployment-request/kind/inputs.ts';
import { type Kind, readKind } from '../../../src/domain/deployment-request/kind/kind.ts';

const MAIN = `variable "deployment_id" {}
variable "size" {}
resource "notes_note" "a" { name = var.deployment_id }
`;
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, description: 'how large' },
    zone: { enum: ['a', 'b'] },
    subnets: { type: 'array', items: { type: 'string' } },
    password: { type: 'string', writeOnly: true },
  },
};
const DOCUMENT = {
  version: '1.0.0',
  description: 'For tests.',
  limits: { minutes: 5, costClass: 'none', role: 'test' },
  approval: false,
  allow: { resources: ['notes_*'], dataSources: ['notes_list'], provisioners: false },
};

function filesWith(changes: Readonly<Record<string, string | undefined>> = {}): ReadonlyMap<string, string> {
  const files: Record<string, string | undefined> = {
    'kind.json': JSON.stringify(DOCUMENT),
    'inputs.schema.json': JSON.stringify(SCHEMA),
    'module/main.tf': MAIN,
    ...changes,
  };
  return new Map(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const problemsOf = (files: ReadonlyMap<string, string>): readonly string[] => {
  const read = readKind('test', files, hashText);
  if ('kind' in read) return [];
  return read.problems.map(
    ({ path, file, line, message }) => `${file ?? ''}:${line ?? ''} ${path} ${message}`,
  );
};

function kindOf(files = filesWith()): Kind {
  const read = readKind('test', files, hashText);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.kind;
}

describe('a kind', () => {
  it('is read from its folder, with a digest over all of it', () => {
    const kind = kindOf();
    expect(kind).toMatchObject({ name: 'test', version: '1.0.0', lock: undefined });
    expect(kind.inputs.properties[0]).toEqual({ name: 'size', description: 'how large', required: true });
    expect(kind.digest).toMatch(/^[0-9a-f]{64}$/);
    const reversed = new Map([...filesWith()].toReversed());
    expect(kindOf(reversed).digest).toBe(kind.digest);
    expect(kindOf(filesWith({ 'module/main.tf': `${MAIN}\n` })).digest).not.toBe(kind.digest);
  });

  it('tells everything that is wrong at once, with its place', () => {
    const files = filesWith({
      'kind.json': JSON.stringify({
        ...DOCUMENT,
        version: 'new',
        limits: { ...DOCUMENT.limits, minutes: 0 },
      }),
      'inputs.schema.json': '{',
      'module/main.tf': undefined,
      'run.sh': 'echo',
    });
    expect(problemsOf(files)).toEqual([
      expect.stringContaining('kind.json:1 $.version'),
      expect.stringContaining('kind.json:1 $.limits.minutes'),
      expect.stringContaining('inputs.schema.json is no JSON'),
      expect.stringContaining('run.sh is no file of a kind'),
      expect.stringContaining('module/ has no *.tf file'),
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'a provisioner',
      { 'module/b.tf': 'resource "notes_note" "b" {\n  provisioner "local-exec" {}\n}' },
      'module/b.tf:2 provisioner.local-exec runs code',
    ],
    ['a data source that runs code', { 'module/b.tf': 'data "external" "x" {}' }, 'data.external.x'],
    [
      'one within a check',
      { 'module/b.tf': 'check "c" {\n  data "http" "x" {}\n}' },
      'module/b.tf:2 data.http.x',
    ],
    ['a backend', { 'module/b.tf': 'terraform {\n  backend "s3" {}\n}' }, '"backend"'],
    ['a cloud', { 'module/b.tf': 'terraform {\n  cloud {}\n}' }, '"cloud"'],
    ['a provider block', { 'module/b.tf': 'provider "notes" {}' }, 'provider.notes is not allowed'],
    [
      'a provisioner after its resource is gone',
      { 'module/b.tf': 'removed {\n  from = a.b\n}' },
      'removed is not allowed',
    ],
    ['an ephemeral resource', { 'module/b.tf': 'ephemeral "x" "y" {}' }, 'ephemeral.x.y is not allowed'],
    ['a resource of another type', { 'module/b.tf': 'resource "aws_instance" "x" {}' }, 'does not allow'],
    [
      'a module from elsewhere',
      { 'module/b.tf': 'module "m" {\n  source = "acme/net/aws"\n}' },
      'acme/net/aws',
    ],
    ['a module outside', { 'module/b.tf': 'module "m" {\n  source = "../../x"\n}' }, '../../x'],
    [
      'a module whose source is computed',
      { 'module/b.tf': 'module "m" {\n  source = "${path.module}/x"\n}' },
      'no plain text',
    ],
    [
      'a nested module with a provisioner',
      { 'module/net/a.tf': 'resource "notes_note" "a" {\n  provisioner "file" {}\n}' },
      'module/net/a.tf:2',
    ],
    ['JSON instead of HCL', { 'module/b.tf.json': '{}' }, 'module/b.tf.json is no file'],
    ['an override', { 'module/b_override.tf': '' }, 'is no file'],
    ['values beside', { 'module/terraform.tfvars': '' }, 'is no file'],
    ['a CLI configuration', { 'module/.terraformrc': '' }, 'is no file'],
    ['plugins beside', { 'module/terraform.d/x': '' }, 'is no file'],
    [
      'a file that cannot be read',
      { 'module/b.tf': 'resource {' },
      'module/b.tf:1 module/b.tf cannot be read',
    ],
    ['no deployment_id', { 'module/main.tf': 'resource "notes_note" "a" {}' }, 'deployment_id'],
    [
      'a lock file that is none',
      { 'module/.terraform.lock.hcl': 'provider {' },
      'module/.terraform.lock.hcl Line 1',
    ],
  ])('is refused with %s', (_, changes, why) => {
    expect(problemsOf(filesWith(changes)).join('\n')).toContain(why);
  });

  it('may use a module of its own and a data source that it allows', () => {
    const changes = {
      'module/b.tf': 'module "m" {\n  source = "./net"\n}\ndata "notes_list" "x" {}',
      'module/net/a.tf': 'resource "notes_note" "a" {}',
    };
    expect(problemsOf(filesWith(changes))).toEqual([]);
  });

  it('takes provisioners where it says so', () => {
    const allow = { ...DOCUMENT.allow, provisioners: true };
    const changes = {
      'kind.json': JSON.stringify({ ...DOCUMENT, allow }),
      'module/b.tf': 'resource "notes_note" "b" {\n  provisioner "local-exec" {}\n}',
    };
    expect(problemsOf(filesWith(changes))).toEqual([]);
  });
});

describe('inputs', () => {
  const { inputs } = kindOf();
  it('that fit are taken', () => {
    expect(judgeInputs(inputs, { size: 1, zone: 'a', password: 'secret:db' })).toEqual([]);
  });

  it('that do not are told with every problem and its place, and no secret', () => {
    const problems = judgeInputs(inputs, {
      size: 0,
      zone: 'c',
      subnets: ['a', 1],
      pasword: 'x',
      password: 'hunter2-secret',
    });
    const told = problems.map(({ path, message, fix = '' }) => `${path} ${message} ${fix}`);
    expect(told).toEqual([
      '$.pasword is no input of this kind Did you mean "password"?',
      '$.size is 0: it must be >= 1 ',
      '$.zone is "c" Give one of "a", "b".',
      '$.subnets[1] is 1: it must be string ',
      '$.password is a secret and must not stand in a request Keep it elsewhere and give its name: secret:NAME or ssm:/NAME.',
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(judgeInputs(inputs, {})).toEqual([{ path: '$.size', message: 'is missing' }]);
    expect(JSON.stringify(judgeInputs(inputs, { size: 1, password: { a: 'hunter2-secret' } }))).not.toContain(
      'hunter2',
    );
    expect(judgeInputs(inputs, { size: 1, zone: 'x'.repeat(70_000) })).toMatchObject([{ path: '$' }]);
  });
});
