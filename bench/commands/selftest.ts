import { nearest } from '../../src/plan/nearest-name.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { detectPinning } from '../machine/pinning.ts'
import type { Check } from '../selftest/check.ts'
import { realEquipment } from '../selftest/real-equipment.ts'
import { CHECKS } from '../selftest/registry.ts'
import { headLine, paintOf, resultText, summaryText } from '../selftest/render.ts'
import { exitCodeOf, runChecks } from '../selftest/run-checks.ts'
import { lockMachine } from '../store/run-lock.ts'

const SCHEMA = 'authbench/selftest@1'
const INTERRUPTED = 130
const VERDICTS = { 0: 'passed', 1: 'failed', 3: 'inconclusive' } as const

export interface SelftestFlags {
  readonly only?: readonly string[] | undefined
  readonly json?: boolean | undefined
}

/** How exact the instrument is on this machine, against servers of known behaviour. @returns the exit code */
export async function selftest(flags: SelftestFlags, terminal: Terminal): Promise<number> {
  const checks = chosen(flags.only)
  const json = flags.json ?? false
  const { stdout, stderr, color } = terminal
  const paint = paintOf(color)

  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping; what was checked so far stands.')
  cleanup.defer(lockMachine(undefined, (line) => void terminal.stderr.write(`${line}\n`)))
  const pinning = detectPinning(null)
  const isLive = stderr.isTTY === true
  const erase = () => isLive && stderr.write('\r\u001b[2K')
  if (!json) stdout.write(headLine(paint))
  const results = await runChecks(checks, realEquipment(pinning, signal), {
    signal,
    onStart({ title, engine }) {
      if (isLive) stderr.write(`\r\u001b[2K ${title}${engine === null ? '' : ` (${engine})`} ...`)
    },
    onResult(result) {
      erase()
      if (!json) stdout.write(resultText(result, paint))
    },
  })
  erase()
  const exitCode = exitCodeOf(results)
  if (json) {
    const partial = signal.aborted
    const report = {
      schema: SCHEMA,
      verdict: partial ? 'partial' : VERDICTS[exitCode],
      node: process.version,
      pinning: pinning.sentence,
      results,
    }
    stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  } else if (!signal.aborted) {
    stdout.write(summaryText(results, pinning.sentence))
  }
  return signal.aborted ? INTERRUPTED : exitCode
}

/** @throws AuthbenchError CHECK_UNKNOWN */
function chosen(only: readonly string[] | undefined): readonly Check[] {
  if (only === undefined) return CHECKS
  const ids = [...new Set(CHECKS.map(({ id }) => id))]
  const unknown = only.find((id) => !ids.includes(id))
  if (unknown !== undefined || only.length === 0) {
    const meant = nearest(unknown ?? '', ids)
    throw new AuthbenchError('CHECK_UNKNOWN', `no check '${unknown ?? ''}' (valid: ${ids.join(', ')})`, {
      next: meant === null ? 'Name one of them.' : `Did you mean '${meant}'?`,
    })
  }
  return CHECKS.filter(({ id }) => only.includes(id))
}
