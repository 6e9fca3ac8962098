export { countWords, processedText, reverseText } from "./text.ts";
export {
  analyzeRequest,
  analyzeResponse,
  configResponse,
  healthResponse,
  homeResponse,
  problem,
  processResponse,
  randomResponse,
  type AnalyzeRequest,
  type AnalyzeResponse,
  type ConfigResponse,
  type HealthResponse,
  type HomeResponse,
  type Problem,
  type ProcessResponse,
  type RandomResponse,
} from "./wire.ts";
export { limits } from "./limits.ts";
export { headers, requestIdPattern } from "./headers.ts";
export { problemTypes, type ProblemCode } from "./problems.ts";
