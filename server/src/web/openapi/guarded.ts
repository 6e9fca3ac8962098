import type { Operation } from "./operation.ts";

/** Common parts of the descriptions of routes that identify callers and can be off. */
export const guarded = {
  guard: "always",
  problems: ["unauthorized", "forbidden", "too-many-requests", "dependency-unavailable", "switched-off"],
} satisfies Partial<Operation>;
