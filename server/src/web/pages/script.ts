/**
 * The script of all pages: shows the forms, which are hidden where no script runs, sends a form's request and shows the
 * answer in its `output`. A form with a field `text` sends it as JSON and shows the sentence that comes back; any other
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
