// Writes the licences of all packages in the bundle beside it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"

const found = []
for (const scope of ["@codemirror", "@lezer", "@marijn"]) {
  for (const name of readdirSync(`node_modules/${scope}`)) found.push(`${scope}/${name}`)
}
found.push("crelt", "style-mod", "w3c-keyname")
const texts = new Map()
for (const name of found.sort()) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`))
  const licence = readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()
  texts.set(licence, [...(texts.get(licence) ?? []), `${name} ${version}`])
}
const parts = [...texts].map(([licence, names]) => `${names.join("\n")}\n\n${licence}\n`)
writeFileSync("../../../service/web/static/vendor/codemirror/LICENCE", parts.join(`\n${"-".repeat(72)}\n\n`))
