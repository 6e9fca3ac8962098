import * as fc from "fast-check";

// Every mutant runs every property: a tenth of the usual examples keeps that short. Examples by hand must find the rest.
fc.configureGlobal({ numRuns: 10 });
