/**
 * Makes `dist/`, which `npm pack` puts into the package: Node strips no types below `node_modules`.
 *
 *   node scripts/build.ts
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { configFileSchema } from '../src/plan/config.ts'
import { resultsSchema } from '../src/results/results.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')
/** Entries of child processes, which the compiler takes for text. */
const ENTRY = /(new URL\(['"][^'"]+)\.ts(['"], import\.meta\.url\))/g

function compile(): void {
  rmSync(DIST, { recursive: true, force: true })
  const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

function nameEntries(): void {
  for (const file of globSync('**/*.js', { cwd: DIST })) {
    const path = join(DIST, file)
    const text = readFileSync(path, 'utf8')
    if (ENTRY.test(text)) writeFileSync(path, text.replaceAll(ENTRY, '$1.js$2'))
  }
}

/** For editors: `"$schema": "node_modules/authbench/dist/schemas/config.schema.json"`. */
function writeSchemas(): void {
  mkdirSync(join(DIST, 'schemas'))
  const schemas = { config: configFileSchema, results: resultsSchema }
  for (const [name, schema] of Object.entries(schemas)) {
    const text = `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`
    writeFileSync(join(DIST, 'schemas', `${name}.schema.json`), text)
  }
}

compile()
nameEntries()
writeSchemas()
