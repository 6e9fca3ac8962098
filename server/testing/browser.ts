import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startProgram } from "../../test/support/program.ts";

/** A page in a real, headless Chromium as wide as a phone, driven over the DevTools protocol. */
export interface BrowserPage {
  /** Evaluates an expression in the page, awaiting a promise, and resolves with its JSON value. */
  evaluate(expression: string): Promise<unknown>;
  /** What the page logged, among it every breach of its Content-Security-Policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

const message = z.looseObject({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z
    .looseObject({
      targetId: z.string().optional(),
      sessionId: z.string().optional(),
      result: z.looseObject({ value: z.unknown().optional() }).optional(),
    })
    .optional(),
});
type Result = NonNullable<z.infer<typeof message>["result"]>;

async function connect(url: string, complaints: string[]) {
  const socket = new WebSocket(url);
  const waiting = new Map<number, (result: Result) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, method, params, result } = message.parse(JSON.parse(String(data)));
    if (id !== undefined) waiting.get(id)?.(result ?? {});
    if (method === "Log.entryAdded" || method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
  });
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error(`no connection to ${url}`)));
  await opened.promise;
  let id = 0;
  const send = (method: string, params: object, sessionId?: string): Promise<Result> => {
    const { promise, resolve } = Promise.withResolvers<Result>();
    waiting.set(++id, resolve);
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    return promise;
  };
  return { send, close: () => socket.close() };
}

/** Opens a page. The caller closes it. */
export async function openPage(url: string): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const flags = [
    "--headless",
    "--window-size=390,800",
    "--no-sandbox",
    "--disable-gpu",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
  ];
  const program = startProgram("chromium", flags);
  const [, endpoint = ""] = await program.waitFor(/DevTools listening on (ws:\S+)/, 60_000);
  const complaints: string[] = [];
  const { send, close } = await connect(endpoint, complaints);
  const { targetId } = await send("Target.createTarget", { url });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  for (const domain of ["Log", "Runtime"]) await send(`${domain}.enable`, {}, sessionId);
  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, sessionId);
    return answer.result?.value;
  };
  while ((await evaluate("location.href + document.readyState")) !== `${url}complete`);
  return {
    evaluate,
    complaints,
    close: async () => {
      close();
      await program.stop("SIGKILL");
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
