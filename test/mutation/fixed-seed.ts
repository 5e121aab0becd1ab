import * as fc from 'fast-check';

// The same generated values in every run, so that a mutant that survives once survives always.
fc.configureGlobal({ seed: 20260601 });
