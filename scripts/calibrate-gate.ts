/**
 * Writes results/calibration-gate.md: how often the profile `gate` raises a false alarm, and how often it finds what a head allocates more,
 * beside a process that spins on every core. `node scripts/calibrate-gate.ts --runs 20 --out FOLDER` goes on with the runs that the folder has.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processTerminal } from '../bench/cli/terminal.ts'
import { AuthbenchError } from '../src/results/errors.ts'
import { gateText } from './calibration/gate.ts'
import { type GateOptions, gateOptions } from './calibration/gate-options.ts'
import { foldersIn, type Kind, keepRun, openRuns, runsOf } from './calibration/gate-runs.ts'
import { copyCheckout, copyHeavierCheckout } from './calibration/heavier-copy.ts'

const TARGET = fileURLToPath(new URL('../results/calibration-gate.md', import.meta.url))
/** Half of what is to be found: an interval beyond it is wholly on the far side. */
const LIMIT = '0.5%'
/** Until its parent is gone, however that ended. */
const SPIN = 'const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e8; i++);'
const INTERRUPTED = 130

/** @returns false when interrupted */
async function calibrate(options: GateOptions): Promise<boolean> {
  const { out, runs: wanted, strategy, bytes } = options
  openRuns(options)
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())
  /** Of the run under way: one that is interrupted is thrown away. */
  const partial = join(out, 'partial')
  const scratch = mkdtempSync(join(tmpdir(), 'authbench-calibrate-'))
  const spinning: ChildProcess[] = []
  try {
    const base = copyCheckout(join(scratch, 'base'))
    const heads: Readonly<Record<Kind, string>> = {
      same: copyCheckout(join(scratch, 'same')),
      more: copyHeavierCheckout(join(scratch, 'more'), bytes),
    }
    const measure = async (kind: Kind): Promise<void> => {
      rmSync(partial, { recursive: true, force: true })
      const child = spawn(
        process.execPath,
        [
          join(heads[kind], 'bench/main.ts'),
          ...['run', '--profile', 'gate', '--strategies', strategy, '--against', base],
          ...['--gate', `allocated=${LIMIT}`, '--out', partial],
        ],
        // A group of its own: a Ctrl-C would reach it twice, which ends it in the middle.
        { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, TMPDIR: scratch }, detached: true },
      )
      const stop = () => child.kill('SIGTERM')
      interrupted.signal.addEventListener('abort', stop)
      const [code]: (number | null)[] = await once(child, 'close')
      interrupted.signal.removeEventListener('abort', stop)
      if (!interrupted.signal.aborted) keepRun(partial, out, kind, code ?? null)
    }
    for (let core = 0; core < availableParallelism(); core += 1)
      spinning.push(spawn(process.execPath, ['-e', SPIN], { stdio: 'ignore' }))
    while (!interrupted.signal.aborted) {
      const [same, more] = [foldersIn(join(out, 'same')).length, foldersIn(join(out, 'more')).length]
      process.stderr.write(
        `${same} of ${wanted} runs with the same head, ${more} with one that allocates more\n`,
      )
      // In turn, so that what there is of both is of the same time.
      if (Math.min(same, more) >= wanted) break
      await measure(same <= more ? 'same' : 'more')
    }
  } finally {
    for (const child of spinning) child.kill('SIGKILL')
    rmSync(partial, { recursive: true, force: true })
    rmSync(scratch, { recursive: true, force: true })
  }
  if (interrupted.signal.aborted) return false
  writeFileSync(
    TARGET,
    gateText({ same: runsOf(out, 'same'), more: runsOf(out, 'more') }, { strategy, bytes }),
  )
  return true
}

try {
  if (!(await calibrate(gateOptions(process.argv.slice(2))))) process.exitCode = INTERRUPTED
} catch (error) {
  processTerminal().reportError(error)
  process.exitCode = error instanceof AuthbenchError ? error.exitCode : 3
}
