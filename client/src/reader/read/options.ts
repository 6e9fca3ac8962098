import { Option } from "commander";

/** Which log a reading command reads; its rotated files are found beside it. */
export function logOption(): Option {
  return new Option("--log <file>", "the live log; rotated files beside it are read too")
    .env("ANALYZE_LOG")
    .default("/var/log/analyze.log");
}
