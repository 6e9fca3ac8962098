import type { Finding } from "@analyze/common/finding";
import { names } from "./trust.ts";

interface Guard {
  name: string;
  /** Text of a release's objects that shows that it has the guard; any of them. */
  marks: readonly string[];
  what: string;
  means: string;
  next: string;
}

const guards: readonly Guard[] = [
  {
    name: "mtls",
    marks: [names.clients],
    what: "client certificates at the edge",
    means: "callers need no certificate any more",
    next: "to keep it, add --mtls",
  },
  {
    name: "tokens",
    marks: ["API_TOKENS_FILE", "API_CERTIFICATE_HEADER"],
    what: "a token or a certificate for tasks and documents",
    means: "everybody may use them",
    next: "to keep it, add --tokens FILE or --mtls",
  },
];

function has(objects: string, { marks }: Guard): boolean {
  return marks.some((mark) => objects.includes(mark));
}

/** Warnings of what the installed release demands of its callers and the next one does not. Both as YAML. Pure. */
export function droppedGuards(installed: string, next: string): Finding[] {
  return guards
    .filter((guard) => has(installed, guard) && !has(next, guard))
    .map(({ name, what, means, next: advice }) => {
      const saw = `the installed release demands ${what}, this one does not`;
      return { name, state: "warning", saw, means, next: advice };
    });
}
