/** Shows the figures of the group under the pointer, the finger or the arrow keys. */
export const script = `
for (const chart of document.querySelectorAll(".chart")) {
const texts = JSON.parse(chart.parentElement.querySelector("script").textContent);
const cursor = chart.querySelector(".cursor");
const tip = chart.querySelector(".tip");
let shown = texts.length;
const hide = () => { cursor.hidden = tip.hidden = true; };
const show = (index) => {
  shown = Math.max(0, Math.min(texts.length - 1, index));
  const left = ((shown + 0.5) / texts.length) * chart.clientWidth;
  cursor.hidden = tip.hidden = false;
  cursor.style.left = left + "px";
  tip.textContent = texts[shown];
  const room = chart.clientWidth - tip.offsetWidth;
  tip.style.left = Math.max(0, Math.min(room, left > room - 12 ? left - tip.offsetWidth - 12 : left + 12)) + "px";
};
const point = (event) => {
  const { left, width } = chart.getBoundingClientRect();
  show(Math.floor(((event.clientX - left) / width) * texts.length));
};
chart.addEventListener("pointermove", point);
chart.addEventListener("pointerdown", point);
chart.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
chart.addEventListener("blur", hide);
chart.addEventListener("keydown", (event) => {
  const to = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: texts.length - 1 }[event.key];
  if (event.key === "Escape") hide();
  if (to === undefined) return;
  event.preventDefault();
  show(to);
});
}
`;

/**
 * Keeps a page of `analyze serve` up to date: appends the lines that the server sends, and reloads the page when there
 * is a newer one, but not while a person reads a figure or has text selected.
 */
export const liveScript = `
const startCharts = () => {${script}};
const state = document.querySelector(".live");
const events = new EventSource("events");
let [isOld, isLost] = [false, false];
const isRead = () => document.querySelector(".tip:not([hidden])") !== null || String(getSelection()) !== "";
const update = async () => {
  if (!isOld || isRead()) return;
  isOld = false;
  const answer = await fetch("./");
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const isOpen = [...document.querySelectorAll("details")].map(({ open }) => open);
  document.title = next.title;
  for (const name of ["header", "main", "footer"]) {
    const [now, then] = [document.querySelector("body > " + name), next.querySelector("body > " + name)];
    if (now && then) now.replaceWith(then);
    else if (then) document.body.append(then);
    else now?.remove();
  }
  document.querySelectorAll("details").forEach((one, index) => { one.open = isOpen[index] ?? false; });
  startCharts();
};
const time = () => new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC";
startCharts();
setInterval(() => update().catch(() => { isOld = true; }), 500);
events.addEventListener("open", () => { isLost = false; isOld = true; state.textContent = "Live: lines appear as they are written."; });
events.addEventListener("error", () => {
  if (!isLost) state.textContent = "Not live since " + time() + ": analyze serve does not answer.";
  isLost = true;
});
events.addEventListener("page", () => { isOld = true; });
events.addEventListener("lines", ({ data }) => {
  const { log, lines } = JSON.parse(data);
  const list = document.querySelector('.lines[data-log="' + log + '"]');
  if (!list) return;
  for (const { kind, text } of lines) {
    const item = document.createElement("li");
    item.dataset.kind = kind;
    item.textContent = text;
    list.append(item);
  }
  while (list.children.length > 20) list.firstChild.remove();
});
`;
