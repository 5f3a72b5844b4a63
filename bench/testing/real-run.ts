import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Cell } from '../../src/results/cell.ts'
import { type Results, resultsSchema } from '../../src/results/results.ts'
import { readCells } from '../store/results-folder.ts'
import { type Running, startMain } from './child-processes.ts'

/** `authbench run` in its smallest profile, in a folder, and with a lock, of its own. */
export interface RealRun {
  readonly folder: string
  start(...args: string[]): Running
  cells(): readonly Cell[]
  /** A noisy machine may have had some measured again. */
  firstAttempts(): readonly Cell[]
  results(): Results
  /** Where reports are. */
  latest(): string
  expectNothingLeft(pids: readonly number[]): void
}

export const realRun = test.extend<{ run: RealRun }>({
  run: async ({ task }, use) => {
    const folder = mkdtempSync(join(tmpdir(), `authbench pipeline ${task.id} `))
    const started: Running[] = []
    await use(runIn(folder, started))
    // Of a test that failed: it would measure on beside the next ones.
    for (const { child, ended } of started) {
      child.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true })
  },
})

function runIn(folder: string, started: Running[]): RealRun {
  const latest = () => join(folder, 'out', 'latest')
  return {
    folder,
    latest,
    start(...args) {
      const running = startMain(folder, ['run', '--profile', 'smoke', '--out', join(folder, 'out'), ...args])
      started.push(running)
      return running
    },
    cells: () => readCells(latest()),
    firstAttempts: () => readCells(latest()).filter(({ attempt }) => attempt === 0),
    results: () => resultsSchema.parse(JSON.parse(readFileSync(join(latest(), 'results.json'), 'utf8'))),
    expectNothingLeft(pids) {
      expect(pids.filter(isRunning).map(commandOf)).toEqual([])
      expect(readdirSync(folder)).toEqual(['out'])
    },
  }
}

export function measured(cell: Cell) {
  if (cell.state === 'failed') throw new Error(cell.error.message)
  return cell
}

/** Waits until servers, generator and Redis of a run are all there. */
export async function processesOf({ child }: Running): Promise<readonly number[]> {
  const runner = child.pid ?? 0
  while (isRunning(runner)) {
    const pids = descendants(runner)
    const commands = pids.map(commandOf)
    if (
      ['servers/main', 'load/main', 'redis'].every((name) =>
        commands.some((command) => command.includes(name)),
      )
    ) {
      return pids
    }
    await nextTurn()
  }
  throw new Error('the run ended before all of its processes were there')
}

/** Children, grandchildren, ... of a process. */
function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children
      .split(' ')
      .filter((child) => child.trim() !== '')
      .flatMap((child) => [Number(child), ...descendants(Number(child))])
  } catch {
    return []
  }
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5))

const isRunning = (pid: number): boolean => commandOf(pid) !== ''
