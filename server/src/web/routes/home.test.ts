import { expect, test } from "vitest";
import { homeResponse } from "../../contract/index.ts";
import { createService } from "../../shared/service.ts";
import { createRouter } from "../../shared/router.ts";
import { homeRoute } from "./home.ts";

const { standing, logger } = createService("web", "silent");
const app = createRouter([homeRoute], standing, logger);

test.each([["*/*"], ["application/json"], ["text/html;q=0.5, application/json"], ["image/png"]])(
  "for Accept: %s it answers JSON with date and version",
  async (accept) => {
    const response = await app.request("/", { headers: { accept } });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("vary")).toBe("accept");
    const { time } = homeResponse.parse(await response.json());
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
  },
);

test("for a browser it answers a page with a form for /analyze", async () => {
  const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const response = await app.request("/", { headers: { accept } });
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await response.text()).toContain('data-path="/analyze"');
});
