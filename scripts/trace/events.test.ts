import { expect, it } from "vitest";
import { drawTrace } from "./draw.ts";
import { eventsOf } from "./events.ts";

const id = "ec2a-1795242060";
const client = `2026-11-21T06:21:00Z ok    app         200    43ms late=4 try=1 dns=2 tcp=1 tls=9 wait=28 addr=192.0.2.7 cert=364d id=${id} out="{"`;
const edge = `{"time":"2026-11-21T06:21:00+00:00","service":"edge","msg":"request","requestId":"${id}","client":"192.0.2.9","method":"POST","path":"/analyze","status":200,"seconds":0.021,"upstream":"198.18.77.11:8080"}`;
const controller = `192.0.2.9 - - [21/Nov/2026:06:21:00 +0000] "POST /analyze?secret=1 HTTP/1.1" 200 77 "-" "analyze-client/0.1.0" 512 0.021 [analyze-web-http] [] 10.244.0.7:8080 77 0.020 200 ${id}`;
const web = `{"level":"info","time":"2026-11-21T06:21:00.040Z","service":"web","method":"POST","route":"/analyze","status":200,"requestId":"${id}","ms":15.21,"msg":"request"}`;
const worker = `{"level":"info","time":"2026-11-21T06:21:00.038Z","service":"worker","method":"POST","route":"/process","status":200,"requestId":"${id}","ms":1.5,"msg":"request"}`;
const taskBegin = `{"level":"info","time":"2026-11-21T06:21:01.000Z","service":"worker","id":"job-7","requestId":"${id}","kind":"task","task":"task1","attempt":1,"msg":"Processing task"}`;
const taskFailed = `{"level":"warn","time":"2026-11-21T06:21:01.500Z","service":"worker","id":"job-7","attempt":1,"error":"TypeError","isFinal":false,"msg":"task failed"}`;
const others = [
  client.replace(id, `${id}9`),
  web.replace(id, `${id}9`),
  taskFailed.replace("job-7", "job-8"),
  `not ours ${id}`,
  `{"torn ${id}`,
];

function trace(...texts: string[]) {
  return eventsOf(
    texts.map((text) => ({ text, source: "log" })),
    id,
  );
}

it("one request is followed from the client to worker and its task, in the order of the hops", () => {
  const events = trace(taskFailed, worker, web, ...others, edge, taskBegin, client);
  expect(drawTrace(events)).toBe(`\
2026-11-21T06:21:00.004Z  client  43 ms    ok at app 200, dns 2, tcp 1, tls 9, wait 28  log
2026-11-21T06:21:00Z      edge    21 ms    POST /analyze 200, by 198.18.77.11:8080      log
2026-11-21T06:21:00.024Z  web     15.2 ms  POST /analyze 200                            log
2026-11-21T06:21:00.036Z  worker  1.5 ms   POST /process 200                            log
2026-11-21T06:21:01.000Z  task             Processing task, task task1, attempt 1       log
2026-11-21T06:21:01.500Z  task             task failed, attempt 1, TypeError            log
`);
});

it("ingress-nginx's own format is read, without the query", () => {
  const [event] = trace(controller);
  expect(event).toMatchObject({ stop: "edge", ms: 21, what: "POST /analyze 200, by 10.244.0.7:8080" });
  expect(event?.time).toBe(Date.UTC(2026, 10, 21, 6, 21));
});

it.each([
  ["docker compose logs with its prefix", `web-1-1  | ${web}`],
  ["kubectl logs with its prefix", `[pod/web-7d/web] ${web}`],
])("a line of %s is read", (_, text) => {
  expect(trace(text)).toMatchObject([{ stop: "web", ms: 15.21 }]);
});

it("two attempts of the client are two lines of web, in their order", () => {
  const second = web.replace("00.040Z", "01.540Z");
  expect(trace(second, web).map(({ time }) => time)).toEqual([1795242060024.79, 1795242061524.79]);
});

it("parts without a line are named", () => {
  expect(drawTrace(trace(client))).toMatch(/\nno line of: edge, web, worker\n$/);
});

it.each([
  ["a time that is none", web.replace("2026-11-21T06:21:00.040Z", "yesterday")],
  ["a duration longer than all dates", web.replace("15.21", "1e300")],
  ["a month that does not exist", controller.replace("Nov", "Nix")],
])("a line with %s is ignored", (_, text) => {
  expect(drawTrace(trace(client, text))).toBe(drawTrace(trace(client)));
});

it.each([
  ["a path", edge.replace("/analyze", "/\\u001b[2J\\u202e")],
  ["an error of the client", client.replace(" out=", ' err="\\u001b[2J\\u202e" out=')],
])("%s cannot move the cursor or reorder the text", (_, text) => {
  const drawn = drawTrace(trace(text));
  expect(drawn).toContain("\\u001b[2J\\u202e");
  expect(drawn).not.toMatch(/(?!\n)[\p{C}]/u);
});

it("150,000 lines of one request are drawn", () => {
  const events = trace(web).flatMap((event) => Array.from({ length: 150_000 }, () => event));
  expect(drawTrace(events).split("\n")).toHaveLength(150_002);
}, 60_000);
