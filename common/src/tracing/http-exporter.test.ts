import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { json } from "node:stream/consumers";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import { expect, it, onTestFinished } from "vitest";
import { HttpExporter } from "./http-exporter.ts";

/** A receiver, and an exporter that sends one empty message to it at each call. */
async function exporting(answer: RequestListener, headers: Record<string, string> = {}) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const exporter = new HttpExporter({ url, ca: undefined, headers, sampler: "always_on", ratio: 1 });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  onTestFinished(() => exporter.shutdown());
  const send = (): Promise<ExportResult> => new Promise((resolve) => exporter.export([], resolve));
  return send;
}

it.each([
  [200, ExportResultCode.SUCCESS],
  [204, ExportResultCode.SUCCESS],
  [299, ExportResultCode.SUCCESS],
  [301, ExportResultCode.FAILED],
  [304, ExportResultCode.FAILED],
  [400, ExportResultCode.FAILED],
  [413, ExportResultCode.FAILED],
  [500, ExportResultCode.FAILED],
])(
  "a message with the answer %i has the outcome %i, and the next one is sent on the same connection",
  async (status, code) => {
    const ports: (number | undefined)[] = [];
    const send = await exporting((request, response) => {
      ports.push(request.socket.remotePort);
      response.writeHead(status).end();
    });
    expect([(await send()).code, (await send()).code]).toEqual([code, code]);
    expect(new Set(ports).size).toBe(1);
  },
);

it("a message is a POST of JSON with the headers of the settings", async () => {
  let seen: { method?: string; url?: string; headers: IncomingHttpHeaders; body: unknown } | undefined;
  const send = await exporting(
    async (request, response) => {
      const { method, url, headers } = request;
      seen = { ...(method && { method }), ...(url && { url }), headers, body: await json(request) };
      response.end("{}");
    },
    { authorization: "Bearer secret", "content-type": "text/plain" },
  );
  expect((await send()).code).toBe(ExportResultCode.SUCCESS);
  expect(seen).toMatchObject({ method: "POST", url: "/v1/traces", body: { resourceSpans: [] } });
  expect(seen?.headers).toMatchObject({ authorization: "Bearer secret", "content-type": "application/json" });
});

it("an answer of any length and kind is read to its end, and not kept", async () => {
  const send = await exporting((_, response) => response.end(Buffer.alloc(4 * 1024 * 1024, "<html>")));
  expect((await send()).code).toBe(ExportResultCode.SUCCESS);
  expect((await send()).code).toBe(ExportResultCode.SUCCESS);
});
