import { describe, expect, it } from 'vitest';
import type { UploadPlan } from '../../../src/adapters/tfe/plan/plan.ts';
import { createLostDestinations } from '../../../src/application/sync/lost-destinations.ts';
import { prepareProvider } from '../../../src/application/sync/prepare-provider.ts';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { createFakePrivateRegistry } from '../../fakes/private-registry.ts';
import {
  anvil,
  configOf,
  LINUX,
  privateDestination,
  syncWorld,
  twoPublishers,
} from '../../support/sync-world.ts';

/** A release as if it were signed by HashiCorp's key, which nobody here can sign with, and its plan. */
async function signedByHashiCorp(builtInKey: boolean) {
  const world = await syncWorld(await twoPublishers());
  const registry = createFakePrivateRegistry({ builtInKey });
  const destination = privateDestination(registry, fixedClock(new Date('2026-11-01T00:00:00Z')));
  const [entry] = configOf(anvil('1.1.0', [LINUX])).providers;
  if (entry === undefined) throw new Error('no entry');
  const prepared = await prepareProvider(world.ports, entry, { lost: createLostDestinations() });
  const deliverable = 'deliverable' in prepared ? prepared.deliverable : undefined;
  if (deliverable === undefined) throw new Error('nothing to deliver');
  const plan = await destination.inspect(deliverable);
  const steps = plan.upload.steps
    .filter(({ kind }) => kind !== 'add-signing-key')
    .map((step) => (step.kind === 'create-version' ? { ...step, keyId: HASHICORP_KEY_ID } : step));
  const upload: UploadPlan = { outcome: 'publish', steps };
  const release = { ...deliverable, signingKey: { ...deliverable.signingKey, keyId: HASHICORP_KEY_ID } };
  const added: string[] = [];
  const context = { onSigningKeyAdded: (keyId: string) => void added.push(keyId) };
  return { registry, added, begin: () => destination.begin(release, { ...plan, upload }, context) };
}

describe('a version signed by HashiCorp’s own key', () => {
  it('needs no key in a registry that has it built in', async () => {
    const { registry, begin } = await signedByHashiCorp(true);

    await begin();

    expect([...registry.state.keys]).toEqual([]);
  });

  it('brings the key along to a registry that refuses the version without it', async () => {
    const { registry, added, begin } = await signedByHashiCorp(false);

    await begin();

    expect([...registry.state.keys.keys()]).toEqual([HASHICORP_KEY_ID]);
    expect(added).toEqual([HASHICORP_KEY_ID]);
  });
});
