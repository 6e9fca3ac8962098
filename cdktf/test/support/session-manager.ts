import { chmodSync, copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { listen } from "../../../test/load/backend.ts";
import { temporaryFolder } from "./fixture.ts";

/** Session Manager on the loopback: moto has no StartSession. */
export interface SessionManager {
  /** Variables that send the calls of SSM here, and put the plugin's stand-in and `bin` first on the PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** First on the PATH of the "host". */
  readonly bin: string;
  /** Calls in their order: `StartSession <target>`, `TerminateSession <session>`. */
  readonly calls: readonly string[];
  /** The last arguments that the AWS CLI gave the plugin. */
  lastSession(): unknown;
  stop(): void;
}

const requestShape = z.object({ Target: z.string().optional(), SessionId: z.string().optional() });
const answer = { SessionId: "someone-0a1b2c3d4e5f60718", TokenValue: "AAEAAa", StreamUrl: "wss://ssmmessages.test/" };

/** Starts it for one host. Others are rejected as not connected. */
export async function startSessionManager(instance: string): Promise<SessionManager> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const { Target, SessionId } = requestShape.parse(await json(request));
    calls.push(`${String(request.headers["x-amz-target"]).replace("AmazonSSM.", "")} ${Target ?? SessionId}`);
    const refused = Target !== undefined && Target !== instance;
    response.writeHead(refused ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(
      JSON.stringify(refused ? { __type: "TargetNotConnected", message: `${Target} is not connected.` } : answer),
    );
  });
  const port = await listen(server);
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  const record = join(folder, "session.json");
  mkdirSync(bin);
  const plugin = join(bin, "session-manager-plugin");
  copyFileSync(fileURLToPath(new URL("session-manager-plugin.py", import.meta.url)), plugin);
  chmodSync(plugin, 0o755);
  return {
    env: {
      AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}`,
      SESSION_RECORD: record,
      PATH: `${bin}:${process.env["PATH"]}`,
    },
    bin,
    calls,
    lastSession: () => JSON.parse(readFileSync(record, "utf8")),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
