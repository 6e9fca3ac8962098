import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "../../load/backend.ts";

/** A service outside Redis that each task's job reports to, such as a person's database. */
export interface Witness {
  readonly url: string;
  /** The ids in its file, one for each line. */
  ids(): string[];
  /** Number of reports of a known ID: repeated runs. */
  repeated(): number;
  close(): void;
}

/** Starts a witness. `PUT /ID` appends the id to its file, once, and answers when the file is synced. */
export async function startWitness(): Promise<Witness> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-witness-"));
  const path = join(folder, "effects");
  const file = openSync(path, "a");
  const known = new Set<string>();
  let repeated = 0;
  const server = createServer((request, response) => {
    const id = (request.url ?? "/").slice(1);
    if (known.has(id)) repeated += 1;
    else {
      writeSync(file, `${id}\n`);
      fsyncSync(file);
      known.add(id);
    }
    response.writeHead(204).end();
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    ids: () => readFileSync(path, "utf8").split("\n").slice(0, -1),
    repeated: () => repeated,
    close: () => {
      server.close();
      server.closeAllConnections();
      closeSync(file);
      rmSync(folder, { recursive: true });
    },
  };
}
