import type { Operation } from "../openapi/operation.ts";

/** What the description of every route of the queue has in common. */
export const queueOperation = {
  tag: "Tasks",
  guard: "always",
  problems: ["unauthorized", "forbidden", "too-many-requests", "dependency-unavailable", "switched-off"],
} satisfies Partial<Operation>;
