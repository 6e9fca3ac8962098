import { html } from "hono/html";
import { parseAccept } from "hono/utils/accept";
import { z } from "zod";
import { homeResponse, type HomeResponse } from "../../contract/wire.ts";
import { json, type Answer } from "../../shared/answer.ts";
import { version } from "@analyze/common/version";
import type { DocumentedRoute } from "../openapi/operation.ts";
import { page } from "../pages/page.ts";

/** The quality of a media type in `Accept`: that of the most specific matching range. */
function qualityOf(type: string, ranges: ReturnType<typeof parseAccept>): number {
  const [main] = type.split("/");
  const named = [type, `${main}/*`, "*/*"].flatMap(
    (name) => ranges.find((range) => range.type.toLowerCase() === name) ?? [],
  );
  return named[0]?.q ?? 0;
}

/** Whether a caller prefers a page to JSON, as browsers do. */
function prefersPage(accept: string | undefined): boolean {
  const ranges = parseAccept(accept ?? "");
  return qualityOf("text/html", ranges) > qualityOf("application/json", ranges);
}

/** The page for people: a form to try `/analyze`. */
function homePage({ message, time, links }: HomeResponse): Promise<Answer> {
  return page(
    "analyze",
    html`<main>
        <h1>analyze</h1>
        <p>${message}</p>
        <section>
          <form hidden data-method="POST" data-path="/analyze">
            <label for="text">Text</label>
            <textarea id="text" name="text" dir="auto" required>Hello, how are you?</textarea>
            <button>Analyze</button>
            <output for="text" dir="auto" aria-live="polite"></output>
          </form>
          <noscript
            ><p>
              The form to try the service needs JavaScript. The service itself does not: see
              <a href="${links.docs}">the documentation</a>.
            </p></noscript
          >
        </section>
      </main>
      <footer>
        <p><a href="${links.docs}">Documentation</a> · <a href="${links.openapi}">OpenAPI</a></p>
        <p>Version ${version}, <time datetime="${time}">${time}</time></p>
      </footer>`,
  );
}

const vary = { vary: "accept" };

function withVary(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, ...vary } };
}

/** `GET /`: a page for browsers, JSON for all others, by `Accept`. */
export const homeRoute: DocumentedRoute = {
  method: "GET",
  path: "/",
  operation: {
    id: "home",
    summary: "Welcome, time and version; for browsers a page to try the service",
    tag: "Service",
    success: {
      status: 200,
      description: "Welcome",
      content: { "application/json": homeResponse, "text/html": z.string() },
      headers: { vary: "The request header that selects the media type" },
    },
  },
  handle: async ({ incoming }) => {
    const home: HomeResponse = {
      message: "Welcome. Send a text to count its words and reverse it.",
      time: new Date().toISOString(),
      version,
      links: { docs: "/docs", openapi: "/openapi.json" },
    };
    return withVary(prefersPage(incoming.headers.accept) ? await homePage(home) : json(home));
  },
};
