// A process that appends to a ledger until it is killed, and says what was kept: node writer.ts FILE NAME BATCH
import process from 'node:process';
import { openSqliteLedger } from '../../../src/adapters/sqlite-ledger/ledger.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';

const [file = '', name = '', batch = '1'] = process.argv.slice(2);
const clock = { now: () => new Date(), monotonic: () => performance.now() };
const ledger = await openSqliteLedger({ file, clock, hash: hashText });
for (let number = 0; ; number += Number(batch)) {
  const events = Array.from({ length: Number(batch) }, (_, index) => ({
    specversion: '1.0' as const,
    id: `${name}-${number + index}`,
    source: '/test',
    type: 'test.v1',
    subject: 'one stream for all',
    data: { name, number: number + index, padding: 'x'.repeat(300) },
  }));
  await ledger.append(events);
  // Blocking, so that what was said is what was kept.
  process.stdout.write(`${number + events.length}\n`);
}
