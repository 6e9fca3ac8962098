import { vi } from "vitest";

/** Keeps what this process prints on stdout from the terminal, until `vi.restoreAllMocks()`. Returns what was printed so far. */
export function keepPrinted(): () => string {
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  return () => printed;
}
