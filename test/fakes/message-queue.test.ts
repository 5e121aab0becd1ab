import { describeMessageQueueContract } from '../contract/message-queue.ts';
import { createFakeQueue } from './message-queue.ts';

describeMessageQueueContract('in memory', async () => createFakeQueue());
