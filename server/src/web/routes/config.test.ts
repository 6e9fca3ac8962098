import { expect, test } from "vitest";
import { configResponse, limits } from "../../contract/index.ts";
import { createRouter } from "../../shared/router.ts";
import { createService } from "../../shared/service.ts";
import { readConfig } from "../config.ts";
import { configRoute } from "./config.ts";

test("it shows the settings of its list, and no other part of the configuration", async () => {
  const { standing, logger } = createService("web", "silent");
  const config = Object.assign(
    readConfig({
      WORKER_URL: "http://worker:8080",
      TLS_CERT_FILE: "/secret/crt",
      TLS_KEY_FILE: "/secret/key",
    }),
    { password: "secret" },
  );
  const app = createRouter([configRoute(config)], standing, logger);
  const text = await (await app.request("/config")).text();
  expect(configResponse.parse(JSON.parse(text))).toMatchObject({ worker: "http://worker:8080", tls: true, limits });
  expect(text).not.toContain("secret");
});
