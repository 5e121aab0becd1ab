import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { createS3Deployments } from '../../../src/adapters/aws/s3-deployment-store.ts';
import { createTerraform } from '../../../src/adapters/terraform-cli/terraform.ts';
import { monitorDeployments } from '../../../src/application/deployments/monitor.ts';
import { askDestroy, askRetry } from '../../../src/application/deployments/requests.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { DeploymentStore } from '../../../src/ports/deployment-store.ts';
import { type Moto, motoIsHere, newBucket, runMoto } from '../../adapters/aws/support.ts';
import { startChaosProxy } from '../../support/chaos-proxy.ts';
import { startProviderSync } from '../../support/command-process.ts';
import { killAllIn } from '../../support/deployments/processes.ts';
import { NO_STATES } from '../../support/deployments/refusals.ts';
import {
  type DeploymentWorld,
  environmentOfTerraform,
  makeDeploymentWorld,
  makeNotesMirror,
} from '../../support/deployments/world.ts';
import { terraformIsHere } from '../../support/terraform.ts';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_REGION: REGION };
const NEVER = new AbortController().signal;

let moto: Moto;
let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;

async function newWorld(endpoint = moto.url): Promise<DeploymentWorld & { readonly bucket: string }> {
  const bucket = await newBucket(moto.clients);
  const world = await makeDeploymentWorld(mirror, () => ({
    store: createS3Deployments({ s3: moto.clients.s3, bucket, prefix: 'team', region: REGION, endpoint }),
  }));
  // Terraform, too, must reach what stands for S3.
  const terraform = createTerraform({
    program: 'terraform',
    root: join(world.data, 'work'),
    mirror: { kind: 'folder', path: world.mirror },
    environment: { ...environmentOfTerraform(), ...CREDENTIALS },
    graceMs: 20_000,
  });
  return { ...world, bucket, ports: Object.assign(world.ports, { terraform }) };
}

describe.skipIf(!terraformIsHere || !motoIsHere)(
  'a deployment whose state lies in S3 (needs Python)',
  { timeout: 180_000 },
  () => {
    beforeAll(async () => {
      [moto, mirror] = await Promise.all([runMoto(), makeNotesMirror()]);
    }, 300_000);
    afterAll(async () => {
      await moto?.close();
      await mirror?.[Symbol.asyncDispose]();
    });

    it('is deployed and destroyed', async () => {
      await using world = await newWorld();
      await world.request('web');
      const { request } = await world.run('web');
      expect(request.failure).toBeUndefined();
      expect(request.run?.plan?.stateKey).toBe(`s3://${world.bucket}/team/state/web/terraform.tfstate`);
      expect(await world.ports.store.readLock('web')).toBeUndefined();
      await askDestroy(world.ports, 'web', 'bob', false);
      expect((await world.run('web')).request.status).toBe('DESTROYED');
      expect(await world.existing()).toEqual([]);
    });

    it('keeps a state that could not be written, and brings it back before the next plan', async () => {
      const proxy = await startChaosProxy({ target: moto.url });
      await using world = await newWorld(proxy.url);
      await world.request('web', { seconds: 1 });
      const running = world.run('web');
      while (!(await world.journal()).some(({ what }) => what === 'create-begun'))
        await new Promise((resolve) => setTimeout(resolve, 20));
      proxy.addFaults(NO_STATES);
      const failed = (await running).request;
      expect(failed).toMatchObject({
        status: 'FAILED',
        failure: { code: 'TerraformFailed' },
        // What is in the state that was kept is known of.
        state: { resources: 2, unsettled: [] },
      });
      expect(await world.ports.store.get('errored/web.tfstate')).toBeDefined();
      proxy.clearFaults();
      await askRetry(world.ports, 'web', 'ada');
      const again = (await world.run('web')).request;
      expect(again.failure).toBeUndefined();
      expect(again).toMatchObject({ status: 'DEPLOYED', state: { resources: 2 } });
      expect(
        (await world.journal()).filter(({ what }) => what === 'created' || what === 'adopted'),
      ).toHaveLength(2);
      expect(await world.ports.store.get('errored/web.tfstate')).toBeUndefined();
      await proxy.close();
    });

    it('names what may exist, and finds its state again, where the store takes nothing at all', async () => {
      let refusing = false;
      const proxy = await startChaosProxy({ target: moto.url });
      await using world = await newWorld(proxy.url);
      const { store } = world.ports;
      const put: DeploymentStore['put'] = async (name, bytes) => {
        if (refusing) throw new SyncError('ServiceUnavailable', `${name} was refused.`);
        await store.put(name, bytes);
      };
      Object.assign(world.ports, { store: { ...store, put } });
      await world.request('web', { seconds: 1 });
      const running = world.run('web');
      while (!(await world.journal()).some(({ what }) => what === 'create-begun'))
        await new Promise((resolve) => setTimeout(resolve, 20));
      refusing = true;
      proxy.addFaults(NO_STATES);
      expect((await running).request).toMatchObject({
        status: 'FAILED',
        failure: {
          code: 'TerraformFailed',
          message: expect.stringContaining(
            'Nor could it be kept elsewhere: errored/web.tfstate was refused.',
          ),
        },
        state: { resources: 0, unsettled: ['notes_note.note["first"]', 'notes_note.note["second"]'] },
      });
      refusing = false;
      proxy.clearFaults();
      await askRetry(world.ports, 'web', 'ada');
      const again = (await world.run('web')).request;
      expect(again.failure).toBeUndefined();
      expect(again).toMatchObject({ status: 'DEPLOYED', state: { resources: 2, unsettled: [] } });
      // It was not made again, nor taken over: the state that tells of it was still on this machine.
      expect((await world.journal()).map(({ what }) => what).toSorted()).toEqual([
        'create-begun',
        'create-begun',
        'created',
        'created',
      ]);
      expect(await readdir(join(world.data, 'work'))).toEqual([]);
      await proxy.close();
    });

    it('gets rid of the lock of a runner that is dead by evidence, and says so', async () => {
      await using world = await newWorld();
      await world.request('web', { seconds: 30 });
      const runner = startProviderSync(['deployments', 'run', 'web', '--quiet'], {
        environment: {
          ...CREDENTIALS,
          HOME: world.folder,
          AWS_ENDPOINT_URL_S3: moto.url,
          PROVIDER_SYNC_DEPLOYMENTS: world.data,
          PROVIDER_SYNC_STORE: `s3://${world.bucket}/team`,
          PROVIDER_SYNC_LEDGER: join(world.data, 'ledger.sqlite'),
          PROVIDER_SYNC_MIRROR: world.mirror,
          PROVIDER_SYNC_KINDS: world.kinds,
        },
      });
      while (!(await world.journal()).some(({ what }) => what === 'create-begun'))
        await new Promise((resolve) => setTimeout(resolve, 20));
      runner.process.kill('SIGKILL');
      await killAllIn(join(world.data, 'work'));
      await runner.ended;
      const lock = await world.ports.store.readLock('web');
      expect(lock?.who).toContain(`@${hostname()}`);
      const findings = await monitorDeployments(world.ports, {
        drift: false,
        stuckMinutes: 15,
        signal: NEVER,
        limit: 10,
      });
      expect(findings.map(({ what }) => what)).toEqual(['runner-lost', 'lock-left', 'unsettled']);
      // What it left behind is known by now, and had the request's secrets in it.
      expect(await readdir(join(world.data, 'work'))).toEqual([]);
      const lost = await world.read('web');
      expect(lost).toMatchObject({ status: 'FAILED', failure: { code: 'RunnerLost' } });
      expect(lost.state?.unsettled).toEqual(['notes_note.note["first"]', 'notes_note.note["second"]']);
      // What may exist is not left behind by a destroy.
      await askDestroy(world.ports, 'web', 'ada', false);
      expect((await world.run('web')).request.failure).toMatchObject({
        code: 'StateRefused',
        message: expect.stringContaining('--unsettled-gone'),
      });
      await askDestroy(world.ports, 'web', 'ada', true);
      const ended = (await world.run('web')).request;
      expect(ended.failure).toBeUndefined();
      expect(ended.status).toBe('DESTROYED');
      const broken = await world.ledger.read('deployment/web', {
        types: ['provider-sync.deployment.lock-broken.v1'],
      });
      expect(broken.map(({ event }) => event.data)).toMatchObject([{ lock: lock?.id, owner: lock?.who }]);
    });

    it('leaves the lock of anybody else alone', async () => {
      await using world = await newWorld();
      await world.request('web');
      const Body = JSON.stringify({
        ID: 'x',
        Operation: 'OperationTypeApply',
        Who: 'eve@elsewhere',
        Created: new Date().toISOString(),
      });
      await moto.clients.s3.send(
        new PutObjectCommand({ Bucket: world.bucket, Key: 'team/state/web/terraform.tfstate.tflock', Body }),
      );
      expect((await world.run('web')).request).toMatchObject({
        status: 'FAILED',
        failure: { code: 'StateRefused', message: expect.stringContaining('eve@elsewhere') },
      });
      expect(await world.ports.store.readLock('web')).toMatchObject({ id: 'x' });
    });
  },
);
