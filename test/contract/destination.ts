import { beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactFile } from '../../src/domain/artifact/artifact.ts';
import { isSyncError } from '../../src/domain/errors.ts';
import type { ProviderAddress } from '../../src/domain/provider/address.ts';
import type { Delivery, Destination, VerifiedProvider } from '../../src/ports/destination.ts';
import { readAll } from './bytes.ts';
import {
  bytesOf,
  type ContractReleases,
  contractReleases,
  deliver,
  piecesOf,
  sendFile,
  viewOf,
} from './destination-releases.ts';

/** One place, empty at first, that several processes may open. */
export interface DestinationSubject extends AsyncDisposable {
  /**
   * Opens the place as a process of its own would. With `dieAfter`, that many operations on what lies outside
   * (requests, files) are carried out and every later one fails: as if the process had died in between.
   */
  open(options?: { readonly dieAfter?: number }): Promise<Destination>;
  /**
   * What a client could install by now, judged as the client judges: digests, the signature by the stored key
   * where the kind has one. Lines as of `viewLine`, sorted.
   */
  clientView(address: ProviderAddress): Promise<readonly string[]>;
}

export interface DestinationCapabilities {
  /** Compares what it is sent with the file's SHA-256 itself, however the body ended. */
  readonly checksDigests: boolean;
  /** Lets the process die at every so many operations only, where each takes long. Default 1: at every one. */
  readonly dyingStride?: number;
  /** Most operations that one delivery of a contract release takes; a bound for the search. */
  readonly maxOperations?: number;
}

/** What every destination of provider releases does. */
export function describeDestinationContract(
  name: string,
  makeSubject: () => Promise<DestinationSubject>,
  capabilities: DestinationCapabilities,
): void {
  let releases: ContractReleases;
  beforeAll(async () => {
    releases = await contractReleases();
  });

  /** What there is of these releases: each one's plan, and what a client could install of the provider. */
  const stateOf = async (subject: DestinationSubject, ...wanted: readonly VerifiedProvider[]) => {
    const destination = await subject.open();
    const plans: string[] = [];
    for (const provider of wanted) {
      const { outcome, steps, missing, differences } = await destination.inspect(provider);
      plans.push(`${outcome}: ${steps.length + missing.length + differences.length} to do`);
    }
    const address = (wanted[0] as VerifiedProvider).address;
    return { plans, view: await subject.clientView(address) };
  };
  const whole = (...wanted: readonly VerifiedProvider[]) => ({
    plans: wanted.map(() => 'up-to-date: 0 to do'),
    view: viewOf(...wanted),
  });
  const begin = async (destination: Destination, provider: VerifiedProvider): Promise<Delivery> =>
    await destination.begin(provider, await destination.inspect(provider), {});

  describe(`the destination contract: ${name}`, () => {
    it('plans the whole release for an empty place, and only reads to do so', async () => {
      await using subject = await makeSubject();
      const { first } = releases;
      for (const _ of ['once', 'twice']) {
        const plan = await (await subject.open()).inspect(first);
        expect(plan).toMatchObject({ outcome: 'publish', differences: [] });
        expect(plan.missing.toSorted()).toEqual(first.files.map(({ filename }) => filename).toSorted());
        expect(plan.steps.length).toBeGreaterThan(0);
        for (const filename of plan.missing) {
          expect(plan.steps.filter(({ file }) => file === filename).length).toBeGreaterThan(0);
        }
      }
      expect(await subject.clientView(first.address)).toEqual([]);
    });

    it('is up to date after a delivery, and shows a client exactly the release', async () => {
      await using subject = await makeSubject();
      expect(await deliver(await subject.open(), releases.first)).toBe('publish');
      expect(await stateOf(subject, releases.first)).toEqual(whole(releases.first));
    });

    it('takes another version beside the first', async () => {
      await using subject = await makeSubject();
      const destination = await subject.open();
      await deliver(destination, releases.first);
      expect(await deliver(destination, releases.second)).toBe('publish');
      expect(await stateOf(subject, releases.first, releases.second)).toEqual(
        whole(releases.first, releases.second),
      );
    });

    it('completes a version with a new platform, whose bytes alone it asks for', async () => {
      await using subject = await makeSubject();
      const destination = await subject.open();
      await deliver(destination, releases.first);
      const plan = await destination.inspect(releases.wider);
      const added = releases.wider.files.filter(
        ({ filename }) => !releases.first.files.some((file) => file.filename === filename),
      );
      expect(plan.outcome).toBe('complete');
      expect(plan.missing).toEqual(added.map(({ filename }) => filename));
      expect(await deliver(destination, releases.wider)).toBe('complete');
      expect(await stateOf(subject, releases.wider)).toEqual(whole(releases.wider));
    });

    it('leaves platforms that the release does not name', async () => {
      await using subject = await makeSubject();
      await deliver(await subject.open(), releases.darwinOnly);
      await deliver(await subject.open(), releases.linuxOnly);
      expect(await stateOf(subject, releases.first)).toEqual(whole(releases.first));
    });

    it('calls a release with other contents a conflict and overwrites nothing', async () => {
      await using subject = await makeSubject();
      const destination = await subject.open();
      await deliver(destination, releases.first);
      const plan = await destination.inspect(releases.recut);
      expect(plan).toMatchObject({ outcome: 'conflict', steps: [], missing: [] });
      expect(plan.differences.length).toBeGreaterThan(0);
      for (const { text, present, wanted } of plan.differences) {
        expect(text).not.toBe('');
        expect(present).not.toBe(wanted);
      }
      expect(await deliver(destination, releases.recut)).toBe('conflict');
      expect(await stateOf(subject, releases.first)).toEqual(whole(releases.first));
    });

    describe('reading back', () => {
      it('gives the bytes of every stored file', async () => {
        await using subject = await makeSubject();
        const destination = await subject.open();
        const { first } = releases;
        await deliver(destination, first);
        for (const file of first.files) {
          const stored = await readAll(await destination.storedFile(first, file).open());
          expect(stored.equals(await bytesOf(first, file.filename))).toBe(true);
        }
      });

      it('says that a file is not there', async () => {
        await using subject = await makeSubject();
        const destination = await subject.open();
        const file = releases.first.files[0] as ArtifactFile;
        const opened = destination.storedFile(releases.first, file).open();
        await expect(opened).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });
    });

    describe('sending', () => {
      it('begins a file anew after a send that broke off', async () => {
        await using subject = await makeSubject();
        const destination = await subject.open();
        const { first } = releases;
        const delivery = await begin(destination, first);
        for (const file of first.files) {
          const bytes = await bytesOf(first, file.filename);
          const sink = delivery.sinkFor(file);
          await expect(sink.send(broken(bytes, bytes.length / 2), bytes.length)).rejects.toBe(BROKEN);
          await expect(sink.send(broken(bytes, bytes.length - 1), undefined)).rejects.toBe(BROKEN);
          await sink.send(piecesOf(bytes), bytes.length);
        }
        await delivery.commit();
        expect(await stateOf(subject, first)).toEqual(whole(first));
      });

      it('takes a file whose size is not told, and one that is sent twice', async () => {
        await using subject = await makeSubject();
        const { first } = releases;
        const delivery = await begin(await subject.open(), first);
        for (const file of first.files) {
          for (const _ of ['once', 'twice']) {
            await delivery.sinkFor(file).send(piecesOf(await bytesOf(first, file.filename)), undefined);
          }
        }
        await delivery.commit();
        expect(await stateOf(subject, first)).toEqual(whole(first));
      });

      it('never takes a body that broke off for the file, not even without its last byte alone', async () => {
        await using subject = await makeSubject();
        const { first } = releases;
        const delivery = await begin(await subject.open(), first);
        for (const file of first.files) {
          const bytes = await bytesOf(first, file.filename);
          await expect(
            delivery.sinkFor(file).send(broken(bytes, bytes.length - 1), bytes.length),
          ).rejects.toBe(BROKEN);
        }
        await expect(delivery.commit()).rejects.toMatchObject({ code: 'DestinationResponseInvalid' });
        expect(await subject.clientView(first.address)).toEqual([]);
        await deliver(await subject.open(), first);
        expect(await stateOf(subject, first)).toEqual(whole(first));
      });

      it.skipIf(!capabilities.checksDigests).each([
        ['other bytes of the same length', (bytes: Buffer) => bytes.map((byte) => byte ^ 1)],
        ['a byte too few', (bytes: Buffer) => bytes.subarray(0, -1)],
        ['a byte too many', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
        ['nothing', () => Buffer.of()],
      ])('refuses %s, and takes the right ones after', async (_, spoil) => {
        await using subject = await makeSubject();
        const { first } = releases;
        const delivery = await begin(await subject.open(), first);
        const file = first.files[0] as ArtifactFile;
        const wrong = spoil(await bytesOf(first, file.filename));
        for (const size of [wrong.length, undefined]) {
          const refused = delivery.sinkFor(file).send(piecesOf(wrong), size);
          await expect(refused).rejects.toSatisfy(isSyncError);
        }
        for (const { filename } of first.files) await sendFile(delivery, first, filename);
        await delivery.commit();
        expect(await stateOf(subject, first)).toEqual(whole(first));
      });

      it('refuses to commit while a file is missing', async () => {
        await using subject = await makeSubject();
        const { first } = releases;
        const delivery = await begin(await subject.open(), first);
        await sendFile(delivery, first, (first.files[0] as ArtifactFile).filename);
        await expect(delivery.commit()).rejects.toMatchObject({ code: 'DestinationResponseInvalid' });
        expect(await subject.clientView(first.address)).toEqual([]);
      });
    });

    describe.each(['abandoned', 'dropped'] as const)('a delivery that is %s', (how) => {
      const end = async (delivery: Delivery) => {
        if (how === 'abandoned') await delivery.abandon();
      };

      it.each([0, 1, 2])(
        'after %i files leaves nothing visible and the next one ends well',
        async (files) => {
          await using subject = await makeSubject();
          const { first } = releases;
          const delivery = await begin(await subject.open(), first);
          for (const { filename } of first.files.slice(0, files)) await sendFile(delivery, first, filename);
          await end(delivery);
          expect(await subject.clientView(first.address)).toEqual([]);
          await deliver(await subject.open(), first);
          expect(await stateOf(subject, first)).toEqual(whole(first));
        },
      );

      it("in the middle of a file's bytes leaves nothing visible and the next one ends well", async () => {
        await using subject = await makeSubject();
        const { first } = releases;
        const delivery = await begin(await subject.open(), first);
        const file = first.files[0] as ArtifactFile;
        const bytes = await bytesOf(first, file.filename);
        const stuck = stalling(bytes, bytes.length / 2);
        const sent = delivery
          .sinkFor(file)
          .send(stuck.body, bytes.length)
          .catch(() => undefined);
        await stuck.reached;
        if (how === 'abandoned') {
          stuck.breakOff();
          await sent;
          await delivery.abandon();
        }
        expect(await subject.clientView(first.address)).toEqual([]);
        await deliver(await subject.open(), first);
        expect(await stateOf(subject, first)).toEqual(whole(first));
        // What is left of a dropped delivery ends at last, and harms nothing.
        stuck.breakOff();
        await sent;
        expect(await stateOf(subject, first)).toEqual(whole(first));
      });
    });

    describe('a process that dies', () => {
      const limit = capabilities.maxOperations ?? 200;
      const stride = capabilities.dyingStride ?? 1;

      /** Delivers with 0, 1, 2, … operations before death, until one lives through it. */
      const atEveryOperation = async (
        prepare: (subject: DestinationSubject) => Promise<unknown>,
        provider: VerifiedProvider,
        check: (subject: DestinationSubject) => Promise<void>,
      ): Promise<number> => {
        for (let dieAfter = 0; dieAfter <= limit; dieAfter += stride) {
          await using subject = await makeSubject();
          await prepare(subject);
          const lived = await subject
            .open({ dieAfter })
            .then((dying) => deliver(dying, provider))
            .then(
              () => true,
              () => false,
            );
          await check(subject);
          await deliver(await subject.open(), provider);
          expect(await stateOf(subject, provider)).toEqual(whole(provider));
          if (lived) return dieAfter;
        }
        throw new Error(`A delivery takes more than ${limit} operations.`);
      };

      it('at any operation leaves nothing partial visible, and the next run ends as an undisturbed one', async () => {
        const { first } = releases;
        const operations = await atEveryOperation(
          async () => {},
          first,
          async (subject) => {
            expect([[], viewOf(first)]).toContainEqual(await subject.clientView(first.address));
          },
        );
        expect(operations).toBeGreaterThan(2);
      }, 120_000);

      it('while it completes a version takes nothing away from what was whole', async () => {
        const { first, wider } = releases;
        await atEveryOperation(
          async (subject) => deliver(await subject.open(), first),
          wider,
          async (subject) => {
            expect([viewOf(first), viewOf(wider)]).toContainEqual(await subject.clientView(first.address));
          },
        );
      }, 120_000);
    });

    describe('two deliveries at once', () => {
      it.each([
        ['one version', 'first', 'first'],
        ['two versions', 'first', 'second'],
        ['two platforms of one version', 'linuxOnly', 'darwinOnly'],
      ] as const)('of %s both end well', async (_, nameOfOne, nameOfOther) => {
        await using subject = await makeSubject();
        const [one, other] = [releases[nameOfOne], releases[nameOfOther]];
        const [left, right] = [await subject.open(), await subject.open()];
        const deliveries = [await begin(left, one), await begin(right, other)] as const;
        await Promise.all([sendAll(deliveries[0], one), sendAll(deliveries[1], other)]);
        await Promise.all(deliveries.map((delivery) => delivery.commit()));
        expect(await stateOf(subject, one, other)).toEqual(whole(one, other));
      });
    });
  });
}

const BROKEN = new Error('the download broke');

async function* broken(bytes: Uint8Array, after: number): AsyncGenerator<Uint8Array> {
  yield* piecesOf(bytes.subarray(0, after));
  throw BROKEN;
}

async function sendAll(delivery: Delivery, provider: VerifiedProvider): Promise<void> {
  for (const { filename } of provider.files) await sendFile(delivery, provider, filename);
}

/** A body that stands still after some bytes until it is broken off. `reached` resolves when it does. */
function stalling(bytes: Uint8Array, after: number) {
  const reached = Promise.withResolvers<void>();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* piecesOf(bytes.subarray(0, after));
    reached.resolve();
    await over.promise;
  }
  return { body: body(), reached: reached.promise, breakOff: () => over.reject(BROKEN) };
}
