import { readPublication, readSnapshot } from '../../application/bottles/mirror-documents.ts';
import { composeBottles } from '../composition/bottles.ts';
import { systemClock } from '../composition/clock.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { watchEvent } from './events/schema.ts';

/**
 * Measures how old what clients see is, between the runs: an alarm that waits for a run's word would have to look back
 * further than CloudWatch does.
 */
export const handler = lambdaFunction({
  event: watchEvent,
  compose: composeBottles,
  async run({ open, count }, { signal }) {
    await using ports = await open(signal);
    const { publication } = await readPublication(ports.store);
    if (publication === undefined) return { current: null, publicationAge: null, apiAge: null };
    const { current, publishedAt } = publication;
    const now = systemClock.now().getTime();
    const publicationAge = Math.round((now - publishedAt.getTime()) / 1000);
    count('PublicationAge', publicationAge);
    const apis = (await readSnapshot(ports.store, current))?.apis ?? [];
    const times = apis.flatMap(({ generatedAt }) => (generatedAt === undefined ? [] : [generatedAt]));
    if (times.length === 0) return { current, publicationAge, apiAge: null };
    // The oldest: of which clients of some tag live.
    const apiAge = Math.round(now / 1000 - Math.min(...times));
    count('ApiAge', apiAge);
    return { current, publicationAge, apiAge };
  },
});
