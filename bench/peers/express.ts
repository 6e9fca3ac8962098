import express from "express";
import { Pool } from "undici";
import { finish, readRole, work } from "./role.ts";

/** Two hops on Express with its JSON parser, and nothing else. */
const { hop, port, workerUrl } = readRole();
const app = express();
app.use(express.json({ limit: "1mb" }));

if (hop === "worker") {
  app.post("/process", (request, response) => {
    response.json(work(request.body.text));
  });
} else {
  const pool = new Pool(workerUrl, { connections: 128, pipelining: 1 });
  // Its router awaits the handler.
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers
  app.post("/analyze", async (request, response) => {
    const body = JSON.stringify({ text: request.body.text });
    const headers = { "content-type": "application/json" };
    const answer = await pool.request({ path: "/process", method: "POST", headers, body });
    response.json(finish(JSON.parse(await answer.body.text())));
  });
}
app.listen(port, "127.0.0.1");
