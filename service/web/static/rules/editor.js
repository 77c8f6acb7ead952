// The editor of a rule file. Without it the same form works with a plain text field.
// CodeMirror lives in a shadow root: there it uses style sheets that are objects, so that the page needs no inline styles.
import { completer } from "./completing.js";

const form = document.getElementById("editor");
const field = document.getElementById("text");
const words = field.dataset;
const cm = await import(words.codemirror);

const theme = cm.EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "0.8125rem", border: "1px solid var(--control)", borderRadius: "var(--radius)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", minHeight: "22rem", maxHeight: "70vh", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-faint)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--sunken) 60%, transparent)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", boxShadow: "var(--shade)", maxWidth: "min(32rem, 90vw)", fontFamily: "var(--sans)", fontSize: "0.8125rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit", opacity: "0.75" },
  ".cm-completionInfo": { padding: "0.375rem 0.625rem" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--ill)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--medium-fill)" },
  ".cm-diagnostic-info": { borderLeft: "3px solid var(--low-fill)" },
  // CodeMirror draws these with data: images, which the page's policy refuses.
  ".cm-lintRange, .cm-lintRange-error, .cm-lintRange-warning, .cm-lintRange-info": { backgroundImage: "none", paddingBottom: "1px" },
  ".cm-lint-marker, .cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info": { content: "normal", display: "grid", placeItems: "center" },
  ".cm-lint-marker::before": { content: '""', width: "0.5rem", height: "0.5rem", borderRadius: "50%", backgroundColor: "var(--low-fill)" },
  ".cm-lint-marker-error::before": { backgroundColor: "var(--critical-fill)" },
  ".cm-lint-marker-warning::before": { backgroundColor: "var(--medium-fill)", borderRadius: "1px" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--critical-fill) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--medium-fill) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lint-line": { backgroundColor: "var(--ill-soft)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", fontFamily: "var(--sans)" },
  ".cm-searchMatch": { backgroundColor: "var(--fired)", color: "var(--fired-ink)" },
  ".cm-textfield, .cm-button": { backgroundImage: "none", backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--control)", borderRadius: "var(--radius-small)" },
});
const colours = cm.HighlightStyle.define([
  { tag: [cm.tags.propertyName, cm.tags.definition(cm.tags.propertyName)], color: "var(--accent)" },
  { tag: cm.tags.string, color: "var(--ink)" },
  { tag: cm.tags.comment, color: "var(--ink-faint)" },
  { tag: [cm.tags.punctuation, cm.tags.separator, cm.tags.brace, cm.tags.squareBracket], color: "var(--ink-soft)" },
  { tag: cm.tags.keyword, color: "var(--low)" },
]);

const host = document.createElement("div");
host.className = "codemirror";
field.after(host);
const root = host.attachShadow({ mode: "open" });
const view = new cm.EditorView({
  root,
  parent: root,
  state: cm.EditorState.create({
    doc: field.value,
    extensions: [
      cm.lineNumbers(),
      cm.highlightActiveLineGutter(),
      cm.highlightSpecialChars(),
      cm.history(),
      cm.foldGutter(),
      cm.drawSelection(),
      cm.indentOnInput(),
      cm.indentUnit.of("  "),
      cm.syntaxHighlighting(colours),
      cm.bracketMatching(),
      cm.closeBrackets(),
      cm.autocompletion({ override: [completer(words.schema, words.entities)], icons: false }),
      cm.highlightActiveLine(),
      cm.highlightSelectionMatches(),
      cm.lintGutter(),
      cm.yaml(),
      cm.EditorView.lineWrapping,
      cm.EditorView.contentAttributes.of({ "aria-label": words.label, "aria-multiline": "true", tabindex: "0" }),
      // Tab leaves the editor, as it leaves every field; it only takes a completion that is offered.
      cm.keymap.of([
        { key: "Mod-s", preventDefault: true, run: () => (form.requestSubmit(form.querySelector("button[value=save]")), true) },
        { key: "Tab", run: cm.acceptCompletion },
        ...cm.closeBracketsKeymap, ...cm.defaultKeymap, ...cm.searchKeymap, ...cm.historyKeymap, ...cm.foldKeymap, ...cm.completionKeymap, ...cm.lintKeymap,
      ]),
      cm.EditorView.updateListener.of((update) => update.docChanged && changed()),
      theme,
    ],
  }),
});
field.hidden = true;
for (const button of form.querySelectorAll("[data-plain]")) button.hidden = true;
document.querySelector(`label[for="${field.id}"]`)?.addEventListener("click", () => view.focus());
const first = view.state.doc.line(Math.min(Number(words.line) || 1, view.state.doc.lines));
view.dispatch({ selection: { anchor: first.from } });
if (first.number > 12) requestAnimationFrame(() => { view.scrollDOM.scrollTop = view.lineBlockAt(first.from).top - 24; });

let waiting = 0;
let asked = 0;
const saved = field.value;

function changed() {
  field.value = view.state.doc.toString();
  clearTimeout(waiting);
  waiting = setTimeout(check, 350);
}

async function ask(action) {
  const data = new URLSearchParams(new FormData(form));
  data.set("action", action);
  const answer = await fetch("/rules/look", { method: "POST", body: data });
  if (answer.redirected || answer.status === 401 || answer.status === 403) throw new Error(words.refused);
  if (!answer.ok) throw new Error(words.failed);
  return answer.text();
}

async function fill(place, action, meanwhile) {
  const number = ++asked;
  place.setAttribute("aria-busy", "true");
  if (meanwhile) place.textContent = meanwhile;
  try {
    const answer = await ask(action);
    if (action !== "check" || number === asked) place.innerHTML = answer;
  } catch (error) {
    if (action !== "check" || number === asked) place.textContent = error instanceof TypeError ? field.dataset.failed : error.message;
  } finally {
    place.removeAttribute("aria-busy");
  }
}

async function check() {
  const place = document.getElementById("check");
  await fill(place, "check", "");
  mark(place);
}

// The problems that the answer lists, at their places in the text.
function mark(place) {
  const found = [];
  for (const one of place.querySelectorAll("[data-problem]")) {
    const number = Number(one.dataset.line);
    if (!number || number > view.state.doc.lines) continue;
    const line = view.state.doc.line(number);
    const from = Math.min(line.to, line.from + Math.max(0, Number(one.dataset.column) - 1));
    const rest = view.state.sliceDoc(from, line.to).match(/^("[^"]*"|[^\s,\]}:]+)/);
    const hint = one.querySelector("[data-hint]");
    const message = one.querySelector("[data-message]").textContent + (hint ? `\n${hint.textContent}` : "");
    found.push({ from, to: Math.max(from + (rest ? rest[0].length : 0), Math.min(from + 1, line.to)), severity: one.dataset.problem, message });
  }
  view.dispatch(cm.setDiagnostics(view.state, found.sort((a, b) => a.from - b.from)));
}

function show(number) {
  const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
  view.dispatch({ selection: { anchor: line.from }, effects: cm.EditorView.scrollIntoView(line.from, { y: "start", yMargin: 40 }) });
}

document.getElementById("check").addEventListener("click", (event) => {
  const one = event.target.closest("[data-problem]");
  if (!one || !Number(one.dataset.line)) return;
  show(Number(one.dataset.line));
  view.focus();
});

form.addEventListener("submit", (event) => {
  const action = event.submitter?.value;
  if (action !== "try" && action !== "backtest") return;
  event.preventDefault();
  fill(document.getElementById(action), action, action === "backtest" ? words.running : "");
});

form.addEventListener("submit", () => { leaving = true; });
let leaving = false;
addEventListener("beforeunload", (event) => {
  if (!leaving && field.value !== saved) event.preventDefault();
});

check();
