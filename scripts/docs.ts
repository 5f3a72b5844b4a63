/**
 * Rewrites the generated parts of README.md and docs/, between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
 * `node scripts/docs.ts` writes; `node scripts/docs.ts --check` exits 1 when a file is stale.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GENERATED } from './docs/parts.ts'

const ROOT = new URL('../', import.meta.url)
const FILES = ['README.md', ...globSync('docs/*.md', { cwd: fileURLToPath(ROOT) })]

const found = new Set<string>()

function regenerate(file: string, text: string): string {
  return text.replaceAll(
    /(<!-- generated: (\S+) -->\n)[\s\S]*?(<!-- end: \2 -->)/g,
    (_, start: string, name: string, end: string) => {
      const make = GENERATED[name]
      if (make === undefined) throw new Error(`${file} asks for '${name}', which nothing generates`)
      found.add(name)
      return `${start}\n${make()}\n\n${end}`
    },
  )
}

for (const file of FILES) {
  const path = new URL(file, ROOT)
  const before = readFileSync(path, 'utf8')
  const after = regenerate(file, before)
  if (after === before) continue
  if (process.argv.includes('--check')) {
    process.stderr.write(`${file} is stale: run \`npm run docs\`\n`)
    process.exitCode = 1
  } else writeFileSync(path, after)
}
const missing = Object.keys(GENERATED).filter((name) => !found.has(name))
if (missing.length > 0) throw new Error(`no file has a place for ${missing.join(', ')}`)
