import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { startControlRedis } from '../fleet/control-redis.ts'
import { DEFAULT_JOIN_FILE, writeJoinFile } from '../fleet/join-file.ts'

export interface FleetFlags {
  readonly listen?: string | undefined
  readonly port: number
  readonly joinFile?: string | undefined
}

/** The meeting point in the foreground. @returns the exit code */
export async function fleet(word: string, flags: FleetFlags, terminal: Terminal): Promise<number> {
  if (word !== 'up') {
    throw new AuthbenchError('OPTIONS_INVALID', `there is no 'fleet ${word}'`, {
      next: 'It is `authbench fleet up`; Ctrl-C takes it down.',
    })
  }
  const { listen = '127.0.0.1', port, joinFile = DEFAULT_JOIN_FILE } = flags
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping.')
  const control = await startControlRedis(listen, port)
  cleanup.defer(() => control.stop())
  writeJoinFile(joinFile, control.join)
  // What it opens is gone.
  cleanup.defer(() => rmSync(joinFile, { force: true }))
  terminal.stdout.write(
    [
      `The fleet meets at ${listen}:${control.join.port}. Copy ${joinFile} to each load machine: it is a secret, and good until this ends.`,
      '',
      `authbench agent --join-file ${joinFile}                 on each load machine`,
      `authbench run --agents N --join-file ${joinFile} --listen ADDRESS   on the machine of the servers`,
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  )
  if (signal.aborted) return 0
  // Its process is let go by everything else.
  const awake = setInterval(() => undefined, 60_000)
  cleanup.defer(() => clearInterval(awake))
  const end = await Promise.race([once(signal, 'abort').then(() => 'stopped' as const), control.ended])
  if (end === 'stopped') return 0
  throw new AuthbenchError('FLEET_LOST', 'the control Redis has ended by itself', {
    next: 'Look at the memory of the machine, and start it again.',
    exitCode: 3,
  })
}
