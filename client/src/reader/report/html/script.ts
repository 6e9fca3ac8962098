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
