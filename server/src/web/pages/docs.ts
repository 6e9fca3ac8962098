import { html } from "hono/html";
import type { Answer } from "../../shared/answer.ts";
import type { OpenApiDocument, OperationObject } from "../openapi/document.ts";
import { page, type Markup } from "./page.ts";

function responsesTable(responses: OperationObject["responses"]): Markup {
  const rows = Object.entries(responses).map(
    ([status, { description }]) =>
      html`<tr>
        <th scope="row">${status}</th>
        <td>${description}</td>
      </tr>`,
  );
  return html`<table>
    ${rows}
  </table>`;
}

function schemas({ requestBody, responses }: OperationObject): Markup {
  const request = requestBody?.content["application/json"].schema;
  const parts = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([status, { content }]) =>
      Object.entries(content).map(([type, { schema }]) => ({ title: `${status} ${type}`, schema })),
    );
  const all = request ? [{ title: "Request application/json", schema: request }, ...parts] : parts;
  return html`${all.map(
    ({ title, schema }) =>
      html`<details>
        <summary>${title}</summary>
        <pre>${JSON.stringify(schema, null, 2)}</pre>
      </details>`,
  )}`;
}

function section(path: string, method: string, operation: OperationObject): Markup {
  const id = `body-${operation.operationId}`;
  const example = operation.requestBody?.content["application/json"].example;
  const field = html`<label for="${id}">Body</label
    ><textarea id="${id}" name="body">${JSON.stringify(example)}</textarea>`;
  return html`<section>
    <h2><code>${method.toUpperCase()} ${path}</code></h2>
    <p>${operation.summary}</p>
    ${responsesTable(operation.responses)} ${schemas(operation)}
    <form data-method="${method.toUpperCase()}" data-path="${path}">
      ${operation.requestBody ? field : ""}
      <button>Try it</button>
      <output aria-live="polite"></output>
    </form>
  </section>`;
}

/** The documentation as a page: every operation of the document, to read and to try. */
export function docsPage({ info, paths }: OpenApiDocument): Promise<Answer> {
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(path, method, operation)),
  );
  return page(
    "analyze: documentation",
    html`<main>
      <h1>${info.title} ${info.version}</h1>
      <p>${info.description} The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
      <p>Every error is a problem (RFC 9457) with the request's id, which the logs have too.</p>
      ${sections}
    </main>`,
  );
}
