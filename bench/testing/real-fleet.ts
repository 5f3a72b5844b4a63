import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import type { Cell } from '../../src/results/cell.ts'
import { connectControl } from '../fleet/control.ts'
import { readJoinFile } from '../fleet/secrets/join-file.ts'
import { readCells } from '../store/results-folder.ts'
import { type Running, startMain } from './child-processes.ts'

/** A fleet on this machine, in a folder and with locks of its own. */
export interface RealFleet {
  readonly folder: string
  readonly joinFile: string
  start(...args: string[]): Running
  up(): Promise<Running>
  agent(name: string): Promise<Running>
  /** @returns with the folder that it has for itself */
  host(...args: string[]): Promise<Running & { readonly elsewhere: string }>
  /** It and two agents, at once. */
  whole(): Promise<void>
  /** It, two agents and a host, at once. */
  withHost(...args: string[]): ReturnType<RealFleet['host']>
  /** In its smallest profile, with two agents. */
  run(...args: string[]): Running
  stopped(program: Running): Promise<number | null>
  cells(): readonly Cell[]
  /** In the control Redis: of runs, not of members that are there. */
  keysLeft(): Promise<readonly string[]>
}

export const realFleet = test.extend<{ fleet: RealFleet }>({
  fleet: async ({ task }, use) => {
    const folder = mkdtempSync(join(tmpdir(), `authbench fleet ${task.id} `))
    const started: Running[] = []
    await use(fleetIn(folder, started))
    for (const { child, ended } of started) {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true })
  },
})

function fleetIn(folder: string, started: Running[]): RealFleet {
  const joinFile = join(folder, 'fleet.json')
  const joins = ['--join-file', joinFile]
  const startIn = (temporary: string, args: readonly string[]) => {
    const program = startMain(temporary, args)
    started.push(program)
    return program
  }
  const start = (...args: string[]) => startIn(folder, args)
  const up = async () => {
    const program = start('fleet', 'up', ...joins)
    await program.says('Ctrl-C ends it.')
    return program
  }
  const agent = async (name: string) => {
    const program = start('agent', ...joins, '--name', name)
    await program.says('waits for a run')
    return program
  }
  const host = async (...args: string[]) => {
    const elsewhere = join(folder, 'host')
    mkdirSync(elsewhere)
    const named = ['--name', 'big', '--listen', '127.0.0.2']
    const program = startIn(elsewhere, ['host', ...joins, ...named, ...args])
    await program.says('waits for a run')
    return { ...program, elsewhere }
  }
  return {
    folder,
    joinFile,
    start,
    up,
    agent,
    host,
    async whole() {
      await up()
      await Promise.all([agent('one'), agent('two')])
    },
    async withHost(...args) {
      await up()
      const [big] = await Promise.all([host(...args), agent('one'), agent('two')])
      return big
    },
    run: (...args) =>
      start(
        ...['run', '--profile', 'smoke', '--scenarios', 'verify', '--agents', '2', ...joins],
        ...['--strategies', 'jwt-hs256-fast', '--out', join(folder, 'out'), ...args],
      ),
    async stopped({ child, ended }) {
      child.kill('SIGINT')
      return (await ended).code
    },
    cells: () => readCells(join(folder, 'out', 'latest')),
    async keysLeft() {
      const redis = await connectControl(readJoinFile(joinFile))
      try {
        const [, keys] = await redis.scan('0', 'COUNT', 10_000)
        return keys.filter((key) => !/:fleet$|:agent:|:host:/.test(key))
      } finally {
        redis.disconnect()
      }
    },
  }
}
