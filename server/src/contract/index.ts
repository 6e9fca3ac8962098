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
export {
  accepted,
  addRequest,
  analysisIdPattern,
  analysisProgress,
  queueLimits,
  task,
  taskIdPattern,
  taskName,
  taskPage,
  taskStates,
  type Accepted,
  type AddRequest,
  type AnalysisProgress,
  type Task,
  type TaskPage,
  type TaskState,
} from "./tasks.ts";
