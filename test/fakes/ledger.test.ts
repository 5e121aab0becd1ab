import { describeLedgerContract } from '../contract/ledger.ts';
import { createFakeLedger } from './ledger.ts';

describeLedgerContract('the fake', async () => {
  let ledger: ReturnType<typeof createFakeLedger> | undefined;
  let current: Parameters<typeof createFakeLedger>[0] | undefined;
  return {
    // One list of entries, whoever opens it and whatever clock he brings.
    open: async (clock) => {
      current = clock;
      ledger ??= createFakeLedger({ now: () => current?.now() ?? new Date(0), monotonic: () => 0 });
      return ledger;
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
