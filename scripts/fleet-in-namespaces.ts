/**
 * A fleet on one machine: a coordinator, a host with the servers, and agents, each in a network namespace with an address of its own. Runs on it,
 * then the same without a fleet, and says what differs: CPU per request, bytes and commands must not. Root, on Linux. A quarter of an hour
 * with the usual options.
 *
 *   node scripts/fleet-in-namespaces.ts [--agents 2] [--out FOLDER] [-- options of authbench run]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { processTerminal } from '../bench/cli/terminal.ts'
import { AuthbenchError } from '../src/results/errors.ts'
import { type Comparison, toldComparison } from './fleet-in-namespaces/told.ts'
import { type Machine, openMachines } from './machines/machines.ts'
import { type Program, startProgram, stopped } from './machines/program.ts'

const INTERRUPTED = 130
const STOP_LIMIT_MS = 30_000
/** That of a fleet: CPU in windows of another length is not compared. */
const SAME_WINDOW = ['--window', '400']
const USUAL: readonly (readonly string[])[] = [
  ['--scenarios', 'verify,iso-load', '--strategies', 'jwt-hs256-fast,session-redis', ...SAME_WINDOW],
  ['--scenarios', 'verify', '--strategies', 'session-redis', '--redis', 'cluster', ...SAME_WINDOW],
]
/** Runs of these may be compared, though a check found something. */
const MEASURED: readonly (number | null)[] = [0, 1, 3]

interface Options {
  readonly agents: number
  readonly out: string
  readonly runs: readonly (readonly string[])[]
}

function optionsOf(args: readonly string[]): Options {
  const end = args.indexOf('--')
  const [own, ofRun] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)]
  const next = 'node scripts/fleet-in-namespaces.ts [--agents 2] [--out FOLDER] [-- options of authbench run]'
  try {
    const { values } = parseArgs({
      args: [...own],
      options: {
        agents: { type: 'string', default: '2' },
        out: { type: 'string', default: 'results/fleet' },
      },
    })
    const agents = Number(values.agents)
    if (!Number.isInteger(agents) || agents < 1 || agents > 16)
      throw new Error('--agents is a number from 1 to 16')
    return { agents, out: resolve(values.out), runs: ofRun.length === 0 ? USUAL : [ofRun] }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new AuthbenchError('OPTIONS_INVALID', message, { next })
  }
}

class Session {
  readonly #scope: AsyncDisposableStack
  readonly #signal: AbortSignal
  readonly #folder: string
  #latest: Program | null = null

  constructor(scope: AsyncDisposableStack, signal: AbortSignal) {
    this.#scope = scope
    this.#signal = signal
    this.#folder = mkdtempSync(join(tmpdir(), 'authbench-lan-'))
    scope.defer(() => rmSync(this.#folder, { recursive: true, force: true }))
    // The others end after it, each in its turn.
    signal.addEventListener('abort', () => this.#latest?.kill('SIGINT'), { once: true })
  }

  get joinFile(): string {
    return join(this.#folder, 'fleet.json')
  }

  /** Ends with the session, whatever happens. */
  start(
    machine: Machine,
    args: readonly string[],
    isShown: boolean,
    before: readonly string[] = [],
  ): Program {
    this.#signal.throwIfAborted()
    // Each has a lock of its own, as each machine has.
    const temporary = join(this.#folder, machine.name)
    mkdirSync(temporary, { recursive: true })
    const program = startProgram(machine, args, {
      before,
      env: { ...process.env, TMPDIR: temporary, REDIS_URL: undefined },
      isShown,
    })
    this.#latest = program
    this.#scope.defer(() => stopped(program, STOP_LIMIT_MS))
    return program
  }

  /** @throws AuthbenchError MACHINES_UNAVAILABLE when it ends without */
  async said(program: Program, what: string): Promise<void> {
    if (await program.says(what)) return
    this.#signal.throwIfAborted()
    throw new AuthbenchError('MACHINES_UNAVAILABLE', program.said().trim().split('\n').join(' '), {
      next: 'A fleet has to start here without namespaces as well: see docs/fleet.md.',
      exitCode: 3,
    })
  }
}

/** An agent's own machine would leave the servers alone: here it gets what their processor leaves. */
const besideServers = (): readonly string[] =>
  availableParallelism() < 2 ? [] : ['taskset', '--cpu-list', `1-${availableParallelism() - 1}`]

/** @returns whether nothing differs that must not */
async function compared(
  session: Session,
  machine: Machine,
  alone: string,
  fleet: string,
  say: (line: string) => void,
): Promise<boolean> {
  const compare = session.start(
    machine,
    ['compare', join(alone, 'latest'), join(fleet, 'latest'), '--json'],
    false,
  )
  await compare.ended
  const json = compare.said()
  if (!json.startsWith('{')) {
    say(json)
    return false
  }
  const { lines, isSame } = toldComparison(JSON.parse(json) as Comparison)
  for (const line of lines) say(line)
  return isSame
}

async function main(): Promise<number> {
  const terminal = processTerminal()
  const say = (line: string) => void terminal.stdout.write(`${line}\n`)
  await using scope = new AsyncDisposableStack()
  const signal = terminal.interruption(scope, 'Stopping; namespaces are removed.')
  try {
    const { agents, out, runs } = optionsOf(process.argv.slice(2))
    const names = Array.from({ length: agents }, (_, index) => `agent-${index + 1}`)
    const machines = await openMachines(['coordinator', 'host', ...names], scope)
    const coordinator = machines.get('coordinator')
    const host = machines.get('host')
    if (coordinator === undefined || host === undefined) throw new Error('no coordinator or host')
    const session = new Session(scope, signal)
    const fleet = session.start(
      coordinator,
      ['fleet', 'up', '--listen', coordinator.address, '--join-file', session.joinFile],
      false,
    )
    await session.said(fleet, 'Ctrl-C ends it.')
    const hosting = session.start(
      host,
      ['host', '--join-file', session.joinFile, '--name', 'host', '--listen', host.address],
      false,
    )
    await session.said(hosting, 'waits for a run')
    for (const name of names) {
      const machine = machines.get(name)
      if (machine === undefined) continue
      const agent = session.start(
        machine,
        ['agent', '--join-file', session.joinFile, '--name', name],
        false,
        besideServers(),
      )
      await session.said(agent, 'waits for a run')
    }
    say(`The fleet is up: servers at ${host.address}, ${agents} agents, each in a namespace of its own.`)
    let isSame = true
    for (const [number, options] of runs.entries()) {
      const places = [join(out, `${number + 1}-fleet`), join(out, `${number + 1}-alone`)] as const
      const [byFleet, alone] = places
      const joined = [...['--agents', String(agents), '--join-file', session.joinFile], ...['--host', 'host']]
      for (const [place, added] of [
        [byFleet, joined],
        [alone, []],
      ] as const) {
        say(`\nauthbench run ${[...options, ...added].join(' ')}`)
        const run = session.start(coordinator, ['run', ...options, ...added, '--out', place], true)
        const { code } = await run.ended
        signal.throwIfAborted()
        if (!MEASURED.includes(code)) return code ?? 3
      }
      say('\nThe run of this machine alone against that of the fleet:')
      isSame = (await compared(session, coordinator, alone, byFleet, say)) && isSame
    }
    return isSame ? 0 : 1
  } catch (error) {
    if (signal.aborted) return INTERRUPTED
    terminal.reportError(error)
    return error instanceof AuthbenchError ? error.exitCode : 3
  }
}

process.exitCode = await main()
