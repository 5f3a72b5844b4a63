import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PARTS = ['bench', 'servers', 'src', 'package.json', 'package-lock.json', 'tsconfig.json']

/** A checkout of the same code, with the same dependencies. */
export function copyCheckout(to: string): string {
  mkdirSync(to, { recursive: true })
  for (const part of PARTS) cpSync(join(ROOT, part), join(to, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'))
  return to
}

const MAIN = 'servers/main.ts'
const KNOWN = 'return STRATEGIES[id]'

/** As `copyCheckout`, but every verification allocates so many bytes more. */
export function copyHeavierCheckout(to: string, bytes: number): string {
  copyCheckout(to)
  const main = readFileSync(join(to, MAIN), 'utf8')
  if (!main.includes(KNOWN)) throw new Error(`${MAIN} has no '${KNOWN}' to change`)
  writeFileSync(
    join(to, MAIN),
    `import { heavier } from './heavier.ts'\n${main.replace(KNOWN, `return heavier(STRATEGIES[id], ${bytes})`)}`,
  )
  cpSync(join(ROOT, 'scripts/calibration/heavier.ts'), join(to, 'servers/heavier.ts'))
  return to
}
