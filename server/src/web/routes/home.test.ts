import { expect, it } from "vitest";
import { serveForTest } from "../../../testing/serving.ts";
import { homeResponse } from "../../contract/wire.ts";
import { homeRoute } from "./home.ts";

it.each([
  ["*/*"],
  ["application/json"],
  ["text/html;q=0.5, application/json"],
  ["image/png"],
  ["text/html;q=0"],
  ["text/*;q=0.1, application/json;q=0.2"],
])("for Accept: %s it answers JSON with date and version", async (accept) => {
  const response = await (await serveForTest([homeRoute])).get("/", { headers: { accept } });
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("vary")).toBe("accept");
  const { time } = homeResponse.parse(await response.json());
  expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
});

it.each([
  "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "Text/HTML",
  "text/*",
  "application/json;q=0.5, text/html;q=0.6",
])("for Accept: %s it answers a page with a form for /analyze", async (accept) => {
  const response = await (await serveForTest([homeRoute])).get("/", { headers: { accept } });
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await response.text()).toContain('data-path="/analyze"');
});
