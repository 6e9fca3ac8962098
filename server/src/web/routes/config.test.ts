import { expect, it } from "vitest";
import { serveForTest } from "../../../testing/serving.ts";
import { limits } from "../../contract/limits.ts";
import { configResponse } from "../../contract/wire.ts";
import { readConfig } from "../config.ts";
import { configRoute } from "./config.ts";

it("shows only the settings of its list", async () => {
  const config = Object.assign(
    readConfig({
      WORKER_URL: "http://worker:8080",
      TLS_CERT_FILE: "/secret/crt",
      TLS_KEY_FILE: "/secret/key",
    }),
    { password: "secret" },
  );
  const web = await serveForTest([configRoute(config)]);
  const text = await (await web.get("/config")).text();
  expect(configResponse.parse(JSON.parse(text))).toMatchObject({ worker: "http://worker:8080", tls: true, limits });
  expect(text).not.toContain("secret");
});
