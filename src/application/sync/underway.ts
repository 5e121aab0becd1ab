import pLimit, { type LimitFunction } from 'p-limit';
import type { DeliveryPlan } from '../../domain/delivery/plan.ts';
import type { Delivery, Destination, VerifiedProvider } from '../../ports/destination.ts';
import type { Arrival } from '../transfer/transfer-to-all.ts';
import { createLostDestinations, type LostDestinations } from './lost-destinations.ts';
import type { SyncOptions } from './ports.ts';

/** A delivery that has begun and waits for its packages. */
export interface Underway {
  readonly destination: Destination;
  readonly plan: DeliveryPlan;
  readonly delivery: Delivery;
  readonly release: VerifiedProvider;
  /** The end of each package that the destination lacks, by file name. */
  readonly arrivals: ReadonlyMap<string, PromiseWithResolvers<Arrival>>;
}

export interface DeliverOptions extends Pick<SyncOptions, 'signal' | 'transfer' | 'fanOut' | 'togetherMs'> {
  readonly queues: DeliveryQueues;
}

/** What a run keeps of its destinations: the common queue of downloads, and each one's own for what it takes apart. */
export interface DeliveryQueues {
  readonly common: LimitFunction;
  apart(destination: Destination): LimitFunction;
  /** Destinations that held others up: they share no download any more. */
  readonly slow: Set<Destination>;
  /** Destinations that did not answer in time the last time they were asked: nobody waits for them. */
  readonly late: Set<Destination>;
  /** Destinations that are not asked any more. */
  readonly lost: LostDestinations;
}

/** `concurrency` packages at once in each queue. */
export function createDeliveryQueues(
  concurrency: number,
  lost: LostDestinations = createLostDestinations(),
): DeliveryQueues {
  const own = new Map<Destination, LimitFunction>();
  return {
    common: pLimit(concurrency),
    apart: (destination) => {
      const limit = own.get(destination) ?? pLimit(concurrency);
      own.set(destination, limit);
      return limit;
    },
    slow: new Set(),
    late: new Set(),
    lost,
  };
}
