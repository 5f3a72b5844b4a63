/**
 * Does to a fleet what happens to fleets: agents that are killed, paused or cut off, a meeting point that is gone, runs that are killed or
 * meet, join files of others. Each fault has a fleet of its own, in network namespaces. Looks for what must never be: what hangs, a
 * program that ends without a code and a next step, a process, a key, a folder or a namespace that is left, results that cannot be read,
 * and a lost agent that shows as lower throughput. Root, on Linux; some twenty seconds for each.
 *
 *   node scripts/inject-fleet-faults.ts --seed 1 [--only 'agent killed'] [--from 1] [--to 70] [--list]
 */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { processTerminal } from '../bench/cli/terminal.ts'
import { seededRandom } from '../src/plan/random.ts'
import { AuthbenchError, messageOf } from '../src/results/errors.ts'
import { marked } from './inject-faults/run.ts'
import { aftermathOf } from './inject-fleet-faults/aftermath.ts'
import { agentFaults } from './inject-fleet-faults/kinds/agents.ts'
import { coordinatorFaults } from './inject-fleet-faults/kinds/coordinators.ts'
import { hostFaults } from './inject-fleet-faults/kinds/hosts.ts'
import { inputFaults } from './inject-fleet-faults/kinds/input.ts'
import type { Fault } from './inject-fleet-faults/kinds/kind.ts'
import { meetingPointFaults } from './inject-fleet-faults/kinds/meeting-point.ts'
import { Scene } from './inject-fleet-faults/scene.ts'
import { ownNamespaces } from './machines/machines.ts'
import { send } from './machines/program.ts'

const INTERRUPTED = 130
const ALL = [...agentFaults, ...meetingPointFaults, ...coordinatorFaults, ...inputFaults, ...hostFaults].map(
  (fault, index) => ({ ...fault, number: index + 1 }),
)

type Numbered = (typeof ALL)[number]

function chosen(): { readonly faults: readonly Numbered[]; readonly seed: number; readonly list: boolean } {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      from: { type: 'string', default: '1' },
      to: { type: 'string', default: String(ALL.length) },
      list: { type: 'boolean', default: false },
    },
  })
  const [seed = 0, from = 0, to = 0] = [values.seed, values.from, values.to].map(Number)
  const { only, list } = values
  const faults = ALL.filter(
    ({ number, kind }) => number >= from && number <= to && (only === undefined || kind === only),
  )
  if (![seed, from, to].every(Number.isInteger) || faults.length === 0) {
    throw new AuthbenchError('OPTIONS_INVALID', 'no such fault', {
      next: '--seed, --from and --to are whole numbers, and --only a kind of --list.',
    })
  }
  return { faults, seed, list }
}

/** @returns what is wrong afterwards */
async function injected(fault: Fault, random: () => number, signal: AbortSignal): Promise<readonly string[]> {
  const problems: string[] = []
  {
    await using scope = new AsyncDisposableStack()
    const scene = await Scene.open(random, scope)
    const endAll = () => {
      for (const { pid } of marked(scene.folder)) send(pid, 'SIGKILL')
    }
    scope.defer(() => {
      endAll()
      rmSync(scene.folder, { recursive: true, force: true })
    })
    signal.addEventListener('abort', endAll, { once: true })
    const steps = [() => fault.inject(scene), async () => void problems.push(...(await aftermathOf(scene)))]
    for (const step of steps) {
      await step().catch((error: unknown) => problems.push(messageOf(error)))
      if (signal.aborted) return []
    }
    signal.removeEventListener('abort', endAll)
  }
  for (const name of await ownNamespaces()) problems.push(`the namespace ${name} is left`)
  return problems
}

function table(done: readonly { readonly kind: string; readonly passed: boolean }[]): string {
  const rows = [...Map.groupBy(done, ({ kind }) => kind)].map(([kind, alike]) => {
    const passed = alike.filter((each) => each.passed).length
    return `${kind.padEnd(46)} ${String(alike.length).padStart(4)} ${String(passed).padStart(7)}`
  })
  return [`${'fault'.padEnd(46)} done  passed`, ...rows].join('\n')
}

async function main(): Promise<number> {
  const terminal = processTerminal()
  const say = (line: string) => void terminal.stdout.write(`${line}\n`)
  await using scope = new AsyncDisposableStack()
  const signal = terminal.interruption(scope, 'Stopping.')
  try {
    const { faults, seed, list } = chosen()
    const done: { readonly kind: string; readonly passed: boolean }[] = []
    for (const fault of faults) {
      const { number, kind, moment } = fault
      const head = `${String(number).padStart(3)}  ${kind}, ${moment}`
      if (list) {
        say(head)
        continue
      }
      const startedAt = performance.now()
      const problems = await injected(fault, seededRandom(seed * 1000 + number), signal)
      if (signal.aborted) return INTERRUPTED
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      done.push({ kind, passed: problems.length === 0 })
      say(
        `${head.padEnd(60)} ${String(seconds).padStart(3)} s  ${problems.length === 0 ? 'passed' : 'FAILED'}`,
      )
      for (const problem of problems) say(`     ${problem.replaceAll(/\s*\r?\n\s*/g, ' | ')}`)
    }
    if (list) return 0
    const failed = done.filter(({ passed }) => !passed).length
    say(`\n${table(done)}\n\n${done.length} faults, ${failed} failed`)
    return failed === 0 ? 0 : 1
  } catch (error) {
    terminal.reportError(error)
    return error instanceof AuthbenchError ? error.exitCode : 3
  }
}

process.exitCode = await main()
