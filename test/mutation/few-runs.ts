import * as fc from "fast-check";

// Every mutant runs every property, so a tenth of the usual examples is used. The other tests must find the rest.
// The smallest counterexample is not needed here, and the seed makes figures comparable.
fc.configureGlobal({ numRuns: 10, endOnFailure: true, seed: 1 });
