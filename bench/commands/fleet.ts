import { once } from 'node:events'
import { AuthbenchError } from '../../src/results/errors.ts'
import { refuseIgnored } from '../cli/ignored-options.ts'
import type { Terminal } from '../cli/terminal.ts'
import { freePlace, type Meeting, newMeeting, startControlRedis } from '../fleet/control-redis.ts'
import { DEFAULT_JOIN_FILE, readJoinFile, removeJoinFile, writeJoinFile } from '../fleet/secrets/join-file.ts'
import { DEFAULT_KEY_FILE, readKeyFile, writeKeyFile } from '../fleet/secrets/key-file.ts'

export interface FleetFlags {
  readonly listen?: string | undefined
  readonly as?: string | undefined
  readonly port: number
  readonly joinFile?: string | undefined
  readonly keyFile?: string | undefined
}

/** @returns the exit code */
export async function fleet(word: string, flags: FleetFlags, terminal: Terminal): Promise<number> {
  if (word === 'up') return up(flags, terminal)
  if (word === 'new') return prepare(flags, terminal)
  throw new AuthbenchError('OPTIONS_INVALID', `there is no 'fleet ${word}'`, {
    next: 'It is `authbench fleet up`; Ctrl-C takes it down. `authbench fleet new` makes its secrets in advance.',
  })
}

/** The secrets of a fleet that is started later, where files cannot be copied from there. */
function prepare({ listen, as, port, joinFile, keyFile }: FleetFlags, terminal: Terminal): number {
  refuseIgnored([
    {
      when: listen !== undefined,
      message: '--listen is for `fleet up`, where it is started',
      next: 'Say with --as HOST what agents will reach it by.',
    },
    {
      when: as === undefined || port === 0 || port > 65_535,
      message: '`fleet new` has to know where agents will reach it',
      next: 'Add --as HOST and --port N.',
    },
  ])
  const files = { join: joinFile ?? DEFAULT_JOIN_FILE, key: keyFile ?? DEFAULT_KEY_FILE }
  const { join, key } = newMeeting(as ?? '', port)
  writeJoinFile(files.join, join)
  writeKeyFile(files.key, key)
  terminal.stdout.write(
    [
      `${files.join} is for the fleet, agents and runs; ${files.key} for the fleet alone. Both are secrets, and good for 30 days.`,
      '',
      `authbench fleet up --listen ADDRESS --join-file ${files.join} --key-file ${files.key}`,
      '',
    ].join('\n'),
  )
  return 0
}

/** The meeting point in the foreground. */
async function up(flags: FleetFlags, terminal: Terminal): Promise<number> {
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping.')
  const { joinFile = DEFAULT_JOIN_FILE } = flags
  const { meeting, address } = await meetingOf(flags, joinFile, cleanup)
  const control = await startControlRedis(meeting, address)
  cleanup.defer(() => control.stop())
  const { host, port } = meeting.join
  const ends = flags.keyFile === undefined ? ', and good until this ends' : ''
  terminal.stdout.write(
    [
      `The fleet meets at ${host}:${port}. Copy ${joinFile} to each load machine: it is a secret${ends}.`,
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

/** As `fleet new` said it; otherwise a new one, in a join file of its own. */
async function meetingOf(
  { listen = '127.0.0.1', as, port, keyFile }: FleetFlags,
  joinFile: string,
  cleanup: AsyncDisposableStack,
): Promise<{ readonly meeting: Meeting; readonly address: string }> {
  if (keyFile !== undefined) {
    refuseIgnored([
      {
        when: as !== undefined || port !== 0,
        message: '--as and --port are in the join file that --key-file belongs to',
        next: 'Leave them out.',
      },
    ])
    const join = readJoinFile(joinFile)
    const key = readKeyFile(keyFile, join)
    const { address } = await freePlace(listen, join.port)
    return { meeting: { join, key }, address }
  }
  const place = await freePlace(listen, port)
  const meeting = newMeeting(as ?? listen, place.port)
  // Before anybody can connect: whoever sees that it listens finds the file of this start.
  writeJoinFile(joinFile, meeting.join)
  cleanup.defer(() => removeJoinFile(joinFile, meeting.join))
  return { meeting, address: place.address }
}
