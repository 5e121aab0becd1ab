import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withNotesMirror } from '../../scripts/stand-ins/notes-mirror.ts';
import { createFolderKinds } from '../../src/adapters/folder-deployments/kinds.ts';
import { readCatalogueKind } from '../../src/application/deployments/kinds.ts';
import { readHclBlocks } from '../../src/domain/deployment-request/kind/hcl-blocks.ts';
import { judgeInputs } from '../../src/domain/deployment-request/kind/inputs.ts';
import type { Kind } from '../../src/domain/deployment-request/kind/kind.ts';
import { terraformIsHere } from '../support/terraform.ts';

const ROOT = 'terraform/kinds';
const kinds = createFolderKinds(ROOT);
const names = await kinds.names();

const kindNamed = (name: string): Promise<Kind> => readCatalogueKind({ kinds }, name);

describe('the catalogue', () => {
  it('has the kinds that are documented', () => {
    expect(names).toEqual(['example', 'nitro-enclave']);
  });

  it.each(names)('%s is sound, and takes what its module takes', async (name) => {
    const kind = await kindNamed(name);
    const variables = [...kind.module].flatMap(([path, text]) => {
      const read = readHclBlocks(text);
      const blocks = path.endsWith('.tf') && 'blocks' in read ? read.blocks : [];
      return blocks.filter(({ type }) => type === 'variable');
    });
    const declared = variables
      .map(({ labels }) => labels[0] ?? '')
      .filter((each) => each !== 'deployment_id');
    expect(kind.inputs.properties.map(({ name: input }) => input).toSorted()).toEqual(declared.toSorted());
    const needed = variables
      .filter(({ attributes, labels }) => !attributes.has('default') && labels[0] !== 'deployment_id')
      .map(({ labels }) => labels[0] ?? '');
    const required = kind.inputs.properties.filter((each) => each.required).map(({ name: input }) => input);
    expect(required.toSorted()).toEqual(needed.toSorted());
    expect(kind.inputs.properties.filter(({ description }) => description === '')).toEqual([]);
  });

  it.skipIf(!terraformIsHere).each(names)('%s is formatted as terraform does it', (name) => {
    const folder = join(ROOT, name, 'module');
    const environment = { PATH: process.env['PATH'], HOME: tmpdir(), CHECKPOINT_DISABLE: '1' };
    expect(
      execFileSync('terraform', ['fmt', '-check', '-recursive', folder], { env: environment }).toString(),
    ).toBe('');
  });

  it('pins example to the provider as it is built from these sources', { timeout: 120_000 }, async () => {
    await withNotesMirror(async ({ lock }) => {
      expect(lock).toBe(await readFile(join(ROOT, 'example/module/.terraform.lock.hcl'), 'utf8'));
    });
  });
});

const ENCLAVE = {
  vpc_id: 'vpc-0a1b2c3d4e5f60718',
  subnet_id: 'subnet-0a1b2c3d4e5f60718',
  shared_security_group_id: 'sg-0a1b2c3d4e5f60718',
  ami_id: 'ami-0a1b2c3d4e5f60718',
  image_uri: 's3://acme-enclaves/signer/1.0.0.eif',
  image_sha256: 'a'.repeat(64),
  pcr0: 'b'.repeat(96),
  permissions_boundary_arn: 'arn:aws:iam::123456789012:policy/enclaves',
};

describe('nitro-enclave', () => {
  it('takes an instance that can have an enclave', async () => {
    const { inputs, approval } = await kindNamed('nitro-enclave');
    expect(approval).toBe(true);
    expect(judgeInputs(inputs, ENCLAVE)).toEqual([]);
    expect(judgeInputs(inputs, { ...ENCLAVE, instance_type: 'c7gn.xlarge', enclave_cpus: 2 })).toEqual([]);
  });

  it.each([
    ['a burstable instance', { instance_type: 't3.xlarge' }, '$.instance_type'],
    ['a bare one', { instance_type: 'm5.metal' }, '$.instance_type'],
    ['half a core', { enclave_cpus: 3 }, '$.enclave_cpus'],
    ['the measurement of debug mode', { pcr0: '0'.repeat(96) }, '$.pcr0'],
    ['an image of a web server', { image_uri: 'https://example.com/x.eif' }, '$.image_uri'],
    ['a path that ends the script', { image_uri: "s3://acme-enclaves/x';reboot;'" }, '$.image_uri'],
  ])('does not take %s', async (_, change, path) => {
    const { inputs } = await kindNamed('nitro-enclave');
    expect(judgeInputs(inputs, { ...ENCLAVE, ...change }).map((problem) => problem.path)).toEqual([path]);
  });

  it('lets nobody but the measured enclave use its key, and has no public address', () => {
    const text = (file: string) => readFileSync(join(ROOT, 'nitro-enclave/module', file), 'utf8');
    expect(text('keys.tf')).toContain('"kms:RecipientAttestation:ImageSha384" = var.pcr0');
    expect(text('keys.tf')).not.toContain('kms:*');
    expect(text('main.tf')).toContain('associate_public_ip_address = false');
    expect(text('identity.tf')).toContain('permissions_boundary = var.permissions_boundary_arn');
    expect(text('identity.tf')).not.toMatch(/Resource\s*=\s*"\*"/);
    // Debug mode measures zeros.
    expect(text('start.tftpl')).not.toContain('--debug-mode');
  });

  describe.skipIf(!terraformIsHere)('its start script', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'provider-sync-start-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('is a script that bash reads, once Terraform has filled it in', async () => {
      const template = await readFile(join(ROOT, 'nitro-enclave/module/start.tftpl'), 'utf8');
      await writeFile(join(folder, 'start.tftpl'), template);
      const values = {
        ...ENCLAVE,
        cpus: 2,
        memory: 2048,
        region: 'eu-central-1',
        deployment_id: 'web',
        parameter: '/enclaves/web/running',
        log_group: '/enclaves/web',
      };
      const expression = `base64encode(templatefile("start.tftpl", jsondecode(${JSON.stringify(JSON.stringify(values))})))\n`;
      const environment = { PATH: process.env['PATH'], HOME: folder, CHECKPOINT_DISABLE: '1' };
      const said = execFileSync('terraform', ['console'], {
        cwd: folder,
        env: environment,
        input: expression,
      }).toString();
      const script = Buffer.from(JSON.parse(said) as string, 'base64').toString();
      await writeFile(join(folder, 'start.sh'), script);
      execFileSync('bash', ['-n', join(folder, 'start.sh')]);
      expect(script).toContain(
        "aws s3 cp --region 'eu-central-1' --only-show-errors 's3://acme-enclaves/signer/1.0.0.eif'",
      );
      expect(script).toContain('memory_mib: 2048\ncpu_count: 2\n');
      expect(script).toContain('"log_stream_name": "{instance_id}"');
      expect(await readdir(folder)).toContain('start.sh');
    });
  });
});
