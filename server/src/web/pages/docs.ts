import { html } from "hono/html";
import type { Answer } from "../../shared/answer.ts";
import type { OpenApiDocument, OperationObject } from "../openapi/document.ts";
import type { Reference, ResponseObject } from "../openapi/responses.ts";
import { page, type Markup } from "./page.ts";

interface Entry {
  method: string;
  path: string;
  operation: OperationObject;
}

type Resolve = (response: ResponseObject | Reference) => ResponseObject;

function entriesOf({ paths }: OpenApiDocument): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function resolverFor({ components }: OpenApiDocument): Resolve {
  return (response) => {
    if (!("$ref" in response)) return response;
    const found = components.responses[response.$ref.replace("#/components/responses/", "")];
    if (!found) throw new Error(`${response.$ref} is missing in the document`);
    return found;
  };
}

/** The statuses with the same answer in every operation, explained once. */
function commonStatuses(entries: readonly Entry[]): Set<string> {
  const [first, ...others] = entries.map(({ operation }) => operation.responses);
  const same = (status: string): boolean =>
    others.every((responses) => JSON.stringify(responses[status]) === JSON.stringify(first?.[status]));
  return new Set(Object.keys(first ?? {}).filter(same));
}

function responsesTable(responses: readonly [status: string, response: ResponseObject][]): Markup {
  const rows = responses.map(
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

function schemas({ requestBody, responses }: OperationObject, resolve: Resolve): Markup {
  const request = requestBody?.content["application/json"].schema;
  const parts = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([status, response]) =>
      Object.entries(resolve(response).content).map(([type, { schema }]) => ({ title: `${status} ${type}`, schema })),
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

function fields({ operationId, parameters = [], requestBody }: OperationObject): Markup {
  const content = requestBody?.content["application/json"];
  const inputs = parameters.map(
    ({ name, in: place, required, description = "" }) =>
      html`<label for="${operationId}-${name}">${name} (${place}${required ? "" : ", optional"}) ${description}</label
        ><input id="${operationId}-${name}" data-in="${place}" name="${name}" dir="auto" />`,
  );
  const body = html`<label for="${operationId}-body">Body</label
    ><textarea id="${operationId}-body" name="body" dir="auto">${JSON.stringify(content?.example)}</textarea>`;
  return html`${inputs} ${content ? body : ""}`;
}

function section({ method, path, operation }: Entry, common: ReadonlySet<string>, resolve: Resolve): Markup {
  const own = Object.entries(operation.responses).filter(([status]) => !common.has(status));
  const { description = "" } = operation.requestBody ?? {};
  return html`<section id="${operation.operationId}">
    <h2>
      <a href="#${operation.operationId}"><code>${method} ${path}</code></a>
    </h2>
    <p>${operation.summary}. ${description}</p>
    ${responsesTable(own.map(([status, response]) => [status, resolve(response)]))} ${schemas(operation, resolve)}
    <form hidden data-method="${method}" data-path="${path}">
      ${fields(operation)}
      <button>Try it</button>
      <output dir="auto" aria-live="polite"></output>
    </form>
  </section>`;
}

/** The documentation as a page: every operation, to read and try. */
export function docsPage(document: OpenApiDocument): Promise<Answer> {
  const { info } = document;
  const resolve = resolverFor(document);
  const entries = entriesOf(document);
  const common = commonStatuses(entries);
  const shared = Object.entries(entries[0]?.operation.responses ?? {}).filter(([status]) => common.has(status));
  const sections = (tags: readonly string[]): Markup[] =>
    entries
      .filter(({ operation: { tags: own } }) => tags.includes(own[0]))
      .map((entry) => section(entry, common, resolve));
  return page(
    "analyze: documentation",
    html`<main>
      <h1>${info.title} ${info.version}</h1>
      <p>${info.description} For programs: <a href="/openapi.json">openapi.json</a>.</p>
      ${sections(["Text", "Service"])}
      <details>
        <summary>Health</summary>
        ${sections(["Health"])}
      </details>
      <section id="errors">
        <h2><a href="#errors">Errors</a></h2>
        <p>
          Every error is a problem (RFC 9457) with the request ID, which the logs have too. Besides its own, every
          operation can answer with these:
        </p>
        ${responsesTable(shared.map(([status, response]) => [status, resolve(response)]))}
      </section>
    </main>`,
  );
}
