import { accepts } from "hono/accepts";
import { z } from "zod";
import { homeResponse, type HomeResponse } from "../../contract/index.ts";
import { json, type Answer } from "../../shared/answer.ts";
import { version } from "@analyze/common/version";
import type { DocumentedRoute } from "../openapi/operation.ts";
import { homePage } from "../pages/home.ts";

const vary = { vary: "accept" };

function withVary(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, ...vary } };
}

/** `GET /`: a page for browsers, JSON for everybody else, by `Accept`. */
export const homeRoute: DocumentedRoute = {
  method: "GET",
  path: "/",
  operation: {
    id: "home",
    summary: "Welcome, date and time, version; a page to try the service for browsers",
    success: {
      status: 200,
      description: "Welcome",
      content: { "application/json": homeResponse, "text/html": z.string() },
      headers: { vary: "The request header that decides which of the two comes" },
    },
  },
  handle: async (c) => {
    const home: HomeResponse = {
      message: "Welcome. Send a text, and get its words counted and the text reversed.",
      time: new Date().toISOString(),
      version,
      links: { docs: "/docs", openapi: "/openapi.json" },
    };
    const types = ["application/json", "text/html"];
    const wanted = accepts(c, { header: "Accept", supports: types, default: "application/json" });
    return withVary(wanted === "text/html" ? await homePage(home) : json(home));
  },
};
