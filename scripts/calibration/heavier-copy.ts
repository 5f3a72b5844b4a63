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
/** An array of small numbers: its own head, that of its elements, and eight bytes each. */
const HEADS = 48

/** As `copyCheckout`, but every verification allocates so many bytes more: a multiple of eight, 56 or more. */
export function copyHeavierCheckout(to: string, bytes: number): string {
  copyCheckout(to)
  const main = readFileSync(join(to, MAIN), 'utf8')
  if (!main.includes(KNOWN)) throw new Error(`${MAIN} has no '${KNOWN}' to change`)
  writeFileSync(
    join(to, MAIN),
    `import { heavier } from './heavier.ts'\n${main.replace(KNOWN, 'return heavier(STRATEGIES[id])')}`,
  )
  writeFileSync(
    join(to, 'servers/heavier.ts'),
    `import type { AuthStrategy } from './contract.ts'

export const kept: { last: unknown } = { last: null }

export function heavier(strategy: AuthStrategy): AuthStrategy {
  return {
    ...strategy,
    async open(deps) {
      const own = await strategy.open(deps)
      return {
        ...own,
        verify(credential, request) {
          kept.last = new Array(${(bytes - HEADS) / 8}).fill(1)
          return own.verify(credential, request)
        },
      }
    },
  }
}
`,
  )
  return to
}
