/** The style of all pages. Colours follow the reader's system, light or dark. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d4da, #3a4048); --soft: light-dark(#f4f5f7, #1c2026); --act: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #121519); color: light-dark(#1a1d21, #e6e8eb); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
a { color: var(--act); }
section { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
label { display: block; font-weight: 600; }
textarea, input { width: 100%; font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .25rem; background: var(--soft); color: inherit; }
textarea { min-height: 6rem; }
button { font: inherit; min-height: 2.75rem; padding: 0 1.25rem; margin-top: .5rem; border: 0; border-radius: .25rem; background: var(--act); color: light-dark(#fff, #121519); cursor: pointer; }
button:focus-visible, textarea:focus-visible, input:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
output, pre { display: block; white-space: pre-wrap; overflow-wrap: anywhere; margin: .75rem 0 0; font-family: ui-monospace, monospace; font-size: .9rem; }
output:not(:empty), pre { padding: .75rem; border-radius: .25rem; background: var(--soft); }
table { width: 100%; border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0; border-top: 1px solid var(--line); }
footer { font-size: .9rem; }
`;

/**
 * The script of all pages: shows the forms, which are hidden without scripts, sends a form's request and shows the
 * answer in its `output`. A form with a field `text` sends it as JSON and shows the resulting sentence; any other
 * sends its field `body` and its path and query parameters, and shows the whole answer.
 */
export const script = `
function sentence(status, body) {
  try {
    const answer = JSON.parse(body);
    if (answer.processed_text !== undefined) return answer.processed_text;
    const errors = (answer.errors ?? []).map((error) => error.pointer + " " + error.detail);
    return [answer.title + ". " + answer.detail, ...errors].join("\\n");
  } catch {
    return "The answer (status " + status + ") could not be read.";
  }
}
function pathOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const { name, value, dataset } of form.elements) {
    if (dataset.in === "path") path = path.replace("{" + name + "}", encodeURIComponent(value));
    else if (dataset.in === "query" && value !== "") query.set(name, value);
  }
  return query.size > 0 ? path + "?" + query : path;
}
async function send(form) {
  const { text, body } = form.elements;
  const init = { method: form.dataset.method, headers: {} };
  if (text) init.body = JSON.stringify({ text: text.value });
  else if (body) init.body = body.value;
  if (init.body !== undefined) init.headers["content-type"] = "application/json";
  const response = await fetch(pathOf(form), init);
  const answer = await response.text();
  if (text) return sentence(response.status, answer);
  const headers = [...response.headers].map(([name, value]) => name + ": " + value);
  return [response.status + " " + response.statusText, ...headers, "", answer].join("\\n");
}
for (const form of document.querySelectorAll("form[data-path]")) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const output = form.querySelector("output");
    output.textContent = "…";
    output.textContent = await send(form).catch(() => "The server cannot be reached. Try again.");
  });
}
`;
