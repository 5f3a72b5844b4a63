/**
 * Writes results/calibration-gate.md: how often the profile `gate` raises a false alarm, and how often it finds what a head allocates more,
 * beside a process that spins on every core. `node scripts/calibrate-gate.ts --runs 20 --out FOLDER` goes on with the runs that the folder has.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readResults } from '../bench/store/results-folder.ts'
import type { Results } from '../src/results/results.ts'
import { type GateRuns, gateText } from './calibration/gate.ts'
import { copyCheckout, copyHeavierCheckout } from './calibration/heavier-copy.ts'

const TARGET = fileURLToPath(new URL('../results/calibration-gate.md', import.meta.url))
/** Half of what is to be found: an interval beyond it is wholly on the far side. */
const LIMIT = '0.5%'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    strategy: { type: 'string', default: 'jwt-hs256-fast' },
    // One per cent of what jwt-hs256-fast allocates.
    bytes: { type: 'string', default: '104' },
    out: { type: 'string' },
  },
})
if (values.out === undefined) throw new Error('name the folder of the runs: --out FOLDER')
const out = values.out

const scratch = mkdtempSync(join(tmpdir(), 'authbench-calibrate-'))
const spinning = Array.from({ length: availableParallelism() }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
)
const running = new Set<ChildProcess>(spinning)
const cleanUp = () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(scratch, { recursive: true, force: true })
}
process.once('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const base = copyCheckout(join(scratch, 'base'))
const heads = {
  same: copyCheckout(join(scratch, 'same')),
  more: copyHeavierCheckout(join(scratch, 'more'), Number(values.bytes)),
}
type Kind = keyof typeof heads

const runsOf = (kind: Kind): Results[] =>
  readdirSync(join(out, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readResults(join(out, kind, name)))

async function measure(kind: Kind): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      join(heads[kind], 'bench/main.ts'),
      ...['run', '--profile', 'gate', '--strategies', values.strategy, '--against', base],
      ...['--gate', `allocated=${LIMIT}`, '--out', join(out, kind)],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, TMPDIR: scratch } },
  )
  running.add(child)
  await once(child, 'close')
  running.delete(child)
}

for (const kind of ['same', 'more'] as const) mkdirSync(join(out, kind), { recursive: true })
const measured = (): GateRuns => ({ same: runsOf('same'), more: runsOf('more') })
for (;;) {
  const { same, more } = measured()
  // In turn, so that what there is of both is of the same time.
  const next = same.length <= more.length ? 'same' : 'more'
  if ((next === 'same' ? same : more).length >= Number(values.runs)) break
  await measure(next)
}
writeFileSync(TARGET, gateText(measured(), { strategy: values.strategy, bytes: Number(values.bytes) }))
process.exit(0)
