import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { authbenchVersion } from './environment.ts'

/** Of a clone and of the built package alike. */
const ROOT = new URL('../../', import.meta.url)
const FLOORS = ['bench', 'servers', 'src']
const DIGITS = 12

/** The version, and a hash of all code that a run may execute: two clones of one version can be of different commits. */
export function buildOf(root = ROOT): string {
  const hash = createHash('sha256')
  for (const floor of FLOORS) {
    const files = readdirSync(new URL(`${floor}/`, root), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => /\.m?[jt]s$/.test(name) && !/\.test\.ts$/.test(name)).sort()) {
      hash.update(`${floor}/${file}\0`).update(readFileSync(new URL(`${floor}/${file}`, root)))
    }
  }
  return `${authbenchVersion()}+${hash.digest('hex').slice(0, DIGITS)}`
}
