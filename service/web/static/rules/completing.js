// What can stand at the cursor of a rule file, from the JSON schema of rules; entity ids and names from the server.

/** The path of keys that leads to a place in YAML, by its indentation: ["rules", 0, "when"], and whether a key or a value stands there. */
export function placeAt(lines, number, column) {
  const before = lines[number].slice(0, column);
  const path = [];
  let depth = indent(before);
  const flow = flowAt(before);
  const body = before.replace(/^\s*(- +)*/, "");
  const value = flow ? null : body.match(/^([\w-]+):\s+(\[.*?)?([^\s,[\]{}]*)$/);
  if (flow) path.unshift(...flow.path);
  else if (value) path.unshift(value[1]);
  for (let above = number; above >= 0; above -= 1) {
    const line = lines[above];
    if (!line.trim() || /^\s*#/.test(line)) continue;
    const dashes = line.match(/^(\s*)((?:- +)*)/);
    const inner = dashes[1].length + dashes[2].length;
    const key = line.slice(inner).match(/^([\w-]+):/);
    if (above < number && key && inner < depth) {
      path.unshift(key[1]);
      depth = inner;
    }
    if (dashes[2] && dashes[1].length < depth) {
      path.unshift(0);
      depth = dashes[1].length;
    }
  }
  return { path, isKey: flow ? flow.isKey : !value };
}

const indent = (text) => text.match(/^\s*(?:- +)*/)[0].length;

/** The same inside of {…} on one line. */
function flowAt(before) {
  const open = [];
  for (const [place, letter] of [...before].entries()) {
    if (letter === "{" || letter === "[") open.push({ letter, place });
    else if (letter === "}" || letter === "]") open.pop();
  }
  if (!open.some((one) => one.letter === "{")) return null;
  const path = [];
  for (const [number, one] of open.entries()) {
    const outside = before.slice(number ? open[number - 1].place + 1 : 0, one.place);
    const key = outside.match(/([\w-]+):\s*$/);
    if (key) path.push(key[1]);
    if (one.letter === "[") path.push(0);
  }
  const last = open.at(-1);
  const inside = before.slice(last.place + 1);
  const value = inside.match(/(?:^|,)\s*([\w-]+):\s*[^,]*$/);
  if (last.letter === "{" && value) path.push(value[1]);
  return { path, isKey: last.letter === "{" && !value };
}

/** All that the schema allows at a path. */
export function allowedAt(schema, path) {
  let nodes = [schema];
  for (const step of path) {
    nodes = nodes.flatMap((node) => spread(schema, node)).flatMap((node) => {
      if (step === 0) return node.items ? [node.items] : [];
      const found = node.properties?.[step] ?? (typeof node.additionalProperties === "object" ? node.additionalProperties : null);
      return found ? [found] : [];
    });
  }
  return nodes.flatMap((node) => spread(schema, node));
}

function spread(schema, node, seen = new Set()) {
  if (!node || seen.has(node)) return [];
  seen.add(node);
  const all = [node];
  if (node.$ref) all.push(...spread(schema, node.$ref.slice(2).split("/").reduce((at, key) => at?.[key], schema), seen));
  for (const list of [node.anyOf, node.oneOf, node.allOf]) for (const one of list ?? []) all.push(...spread(schema, one, seen));
  return all;
}

/** Names of lists and macros that the text itself defines. */
function defined(lines, section) {
  const start = lines.findIndex((line) => line.startsWith(`${section}:`));
  if (start < 0) return [];
  const found = [];
  for (const line of lines.slice(start + 1)) {
    if (/^\S/.test(line)) break;
    const name = line.match(/^ {2}([\w-]+):/);
    if (name) found.push(name[1]);
  }
  return found;
}

/** A source of completions for CodeMirror. */
export function completer(schemaAddress, entitiesAddress) {
  let schema = null;
  return async (context) => {
    const word = context.matchBefore(/[\w.\-\u3400-\u9fff]*/);
    if (!context.explicit && !word.text) return null;
    schema ??= await fetch(schemaAddress).then((answer) => (answer.ok ? answer.json() : {}), () => ({}));
    const line = context.state.doc.lineAt(context.pos);
    const lines = context.state.doc.toString().split("\n");
    const { path, isKey } = placeAt(lines, line.number - 1, word.from - line.from);
    const name = [...path].reverse().find((step) => step !== 0);
    if (!isKey && name === "entity") return { from: word.from, options: await entities(entitiesAddress, word.text), filter: false };
    const nodes = allowedAt(schema, path);
    const options = new Map();
    for (const node of nodes) {
      if (isKey) for (const [key, one] of Object.entries(node.properties ?? {})) options.set(key, { label: key, apply: `${key}: `, info: one.description || undefined, type: "property" });
      else for (const value of [...(node.enum ?? []), ...(node.const === undefined ? [] : [node.const]), ...(node.items ? spread(schema, node.items).flatMap((one) => one.enum ?? []) : [])]) options.set(String(value), { label: String(value), type: "constant" });
    }
    if (!isKey && name === "list") for (const one of defined(lines, "lists")) options.set(one, { label: one });
    if (!isKey && name === "use") for (const one of defined(lines, "macros")) options.set(one, { label: one });
    return options.size ? { from: word.from, options: [...options.values()], validFor: /^[\w.-]*$/ } : null;
  };
}

async function entities(address, query) {
  if (!query) return [];
  const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`);
  if (!answer.ok) return [];
  const { entities: found } = await answer.json();
  return found.map((one) => ({ label: one.id, detail: ` ${one.names.join(" ")}`, info: one.tags.join(", ") || undefined }));
}
