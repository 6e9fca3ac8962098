import * as fc from "fast-check";

// Every mutant runs every property: a tenth of the usual examples keeps that short. The other tests must find the rest.
// The smallest counterexample is of no interest here, and the seed makes figures comparable.
fc.configureGlobal({ numRuns: 10, endOnFailure: true, seed: 1 });
