// The questions of a new rule: what does not matter is hidden, names are proposed, and the rule grows as the answers come.
const form = document.getElementById("asking");
const growing = document.getElementById("growing");
const names = document.getElementById("names");
const tags = [...names.children];
let waiting = 0;
let asked = 0;

for (const button of form.querySelectorAll("[data-plain]")) button.hidden = true;

function ask() {
  const what = form.elements.what.value;
  for (const one of form.querySelectorAll("[data-for]")) one.hidden = !one.dataset.for.trim().split(" ").includes(what);
  form.elements.name.disabled = form.elements.whom.value === "any";
  form.elements.name.hidden = form.elements.name.disabled;
}

async function grow() {
  const number = ++asked;
  growing.setAttribute("aria-busy", "true");
  const answer = await fetch("/rules/new/preview", { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  if (number !== asked) return;
  growing.removeAttribute("aria-busy");
  if (answer?.ok && !answer.redirected) growing.innerHTML = await answer.text();
  else growing.textContent = answer && (answer.redirected || answer.status === 401 || answer.status === 403) ? growing.dataset.refused : growing.dataset.failed;
}

async function propose() {
  const field = form.elements.name;
  if (form.elements.whom.value === "tag") return names.replaceChildren(...tags);
  if (form.elements.whom.value !== "entity" || !field.value) return names.replaceChildren();
  const answer = await fetch(`${field.dataset.entities}?q=${encodeURIComponent(field.value)}`);
  if (!answer.ok) return;
  const { entities } = await answer.json();
  names.replaceChildren(...entities.map((one) => new Option(one.names.join(" "), one.id)));
}

form.addEventListener("input", (event) => {
  ask();
  if (event.target.name === "name" || event.target.name === "whom") propose();
  clearTimeout(waiting);
  waiting = setTimeout(grow, 500);
});
ask();
if (form.elements.sentence.value || form.elements.name.value) grow();
