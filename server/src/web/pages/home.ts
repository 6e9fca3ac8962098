import { html } from "hono/html";
import type { HomeResponse } from "../../contract/wire.ts";
import type { Answer } from "../../shared/answer.ts";
import { page } from "./page.ts";

/** The page for people: a form to try `/analyze`. */
export function homePage({ message, time, version, links }: HomeResponse): Promise<Answer> {
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
