/**
 * Runs experiments on strategies that each break one promise, and asks that the run fails and says why. An experiment that lets one
 * through guards nothing. About ten seconds for each on a quiet machine.
 *
 *   node scripts/break-strategies.ts [--only EXPERIMENT]
 */
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BROKEN, noticed } from './break-strategies/broken-run.ts'

const MAIN = fileURLToPath(new URL('../bench/main.ts', import.meta.url))
const LIMIT_MS = 300_000
const INTERRUPTED = 130

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = BROKEN.filter(({ experiment }) => values.only === undefined || values.only === experiment)
if (chosen.length === 0) {
  process.stderr.write(`--only is one of ${BROKEN.map(({ experiment }) => experiment).join(', ')}\n`)
  process.exit(2)
}
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())
try {
  for (const broken of chosen) {
    const setting = { main: MAIN, limitMs: LIMIT_MS, signal: interrupted.signal, folder: tmpdir() }
    const { isNoticed, sentences } = await noticed(broken, setting)
    if (!isNoticed) process.exitCode = 1
    process.stdout.write(
      `${broken.experiment}: ${broken.strategy} ${isNoticed ? 'fails the run' : 'IS NOT NOTICED'}: ${sentences}\n`,
    )
  }
} catch (error) {
  if (!interrupted.signal.aborted) throw error
  process.exitCode = INTERRUPTED
}
