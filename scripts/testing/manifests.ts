import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { terminalOn } from '../../bench/cli/terminal.ts'
import { runCli } from '../../bench/commands/command-line.ts'
import { ROOT } from './composite.ts'

/** What a YAML file holds, for programs that read it by YAML 1.1 and by 1.2 alike. @throws Error where these differ */
export function manifestsIn(file: string): readonly unknown[] {
  const text = readFileSync(join(ROOT, 'docs/deploy', file), 'utf8')
  const [now, before] = (['1.2', '1.1'] as const).map((version) =>
    parseAllDocuments(text, { version }).map((document) => {
      for (const error of document.errors) throw error
      return document.toJS() as unknown
    }),
  )
  if (now === undefined || JSON.stringify(now) !== JSON.stringify(before))
    throw new Error(`${file} means different things in YAML 1.1 and 1.2`)
  return now
}

export interface Misspelt {
  readonly path: string
  readonly manifest: unknown
}

/** A copy for each field, with that one misspelt. @param free names of fields that hold names of one's own */
export function misspellings(manifest: unknown, free: readonly string[]): readonly Misspelt[] {
  const found: Misspelt[] = []
  const visit = (value: unknown, path: readonly string[], isFree: boolean): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const own = [...path, key]
      if (!Array.isArray(value) && !isFree)
        found.push({ path: own.join('.'), manifest: withMisspelt(manifest, own) })
      visit(inner, own, free.includes(key))
    }
  }
  visit(manifest, [], false)
  return found
}

function withMisspelt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || key === undefined) return value
  const entries = Object.entries(value).map(([name, inner]) => {
    if (name !== key) return [name, inner] as const
    return rest.length === 0 ? ([`${name}x`, inner] as const) : ([name, withMisspelt(inner, rest)] as const)
  })
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

const LISTEN = '--listen='
/** Of documentation (RFC 5737): no machine has it. */
const NOWHERE = '203.0.113.1'

/** What the program says to this command line, on a machine that does not have the address to listen on. */
export async function saidTo(args: readonly string[]): Promise<string> {
  let said = ''
  const output = { write: (text: string) => (said += text) }
  const elsewhere = args.map((word) => (word.startsWith(LISTEN) ? `${LISTEN}${NOWHERE}` : word))
  const code = await runCli(elsewhere, terminalOn(output, output, {}))
  return `${code} ${said}`
}
