// In this folder: a fleet in namespaces, what is done to it, and what must be true afterwards.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Found, MARK, marked } from '../inject-faults/run.ts'
import { type Machine, openMachines } from '../machines/machines.ts'
import { childrenOf, type End, type Program, startProgram } from '../machines/program.ts'

/** Its name. */
export const HOST = 'big'
export const AGENTS = ['agent-1', 'agent-2'] as const
type AgentName = (typeof AGENTS)[number]
/** One more, for who is not part of the run. */
const NAMES = ['coordinator', ...AGENTS, 'other'] as const
type MachineName = (typeof NAMES)[number]

/** After what was done to it, everything that it concerns has ended by then. */
export const LIMIT_MS = 40_000
/** Far longer than it takes on a busy machine; what is not there by then is a fault as well. */
const START_LIMIT_MS = 90_000
const LOOK_MS = 20
/** A dozen processes start for each fault; this saves each half of its start. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/authbench/', import.meta.url))

export type Moment = 'idle' | 'join' | 'start' | 'warm-up' | 'window' | 'between'

/** How a program has to end, and what it has to say. */
export interface Expected {
  readonly codes: readonly (number | string)[]
  readonly says?: RegExp
}

export interface Watched {
  readonly name: string
  readonly program: Program
  expected: Expected | null
}

export class Scene {
  readonly folder: string
  readonly out: string
  readonly joinFile: string
  /** Of what cannot be said with an exit code. */
  readonly problems: string[] = []
  readonly watched: Watched[] = []
  /** Its lock is left then. */
  wasKilled = false
  readonly #machines: ReadonlyMap<string, Machine>
  readonly #random: () => number
  #runs = 0

  private constructor(machines: ReadonlyMap<string, Machine>, random: () => number) {
    this.#machines = machines
    this.#random = random
    this.folder = mkdtempSync(join(tmpdir(), 'authbench-fleet-fault-'))
    this.out = join(this.folder, 'out')
    this.joinFile = join(this.folder, 'fleet.json')
    mkdirSync(this.out)
    for (const name of NAMES) mkdirSync(this.temporaryOf(name))
  }

  static async open(random: () => number, scope: AsyncDisposableStack): Promise<Scene> {
    return new Scene(await openMachines(NAMES, scope), random)
  }

  /** A temporary folder for each machine: two on one would have one lock. */
  temporaryOf = (name: MachineName): string => join(this.folder, `tmp-${name}`)

  machine(name: MachineName): Machine {
    const machine = this.#machines.get(name)
    if (machine === undefined) throw new Error(`no machine ${name}`)
    return machine
  }

  start(
    name: string,
    on: MachineName,
    args: readonly string[],
    options: { readonly before?: readonly string[]; readonly onTerminal?: boolean } = {},
  ): Watched {
    const program = startProgram(this.machine(on), args, {
      ...options,
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NO_COLOR: '1',
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        TMPDIR: this.temporaryOf(on),
        [MARK]: this.folder,
      },
    })
    const watched = { name, program, expected: null }
    this.watched.push(watched)
    return watched
  }

  up(
    args: readonly string[] = [],
    {
      file = this.joinFile,
      before = [],
    }: { readonly file?: string; readonly before?: readonly string[] } = {},
  ): Watched {
    const { address } = this.machine('coordinator')
    return this.start(
      'fleet up',
      'coordinator',
      ['fleet', 'up', '--listen', address, '--join-file', file, ...args],
      {
        before,
      },
    )
  }

  agent(
    name: AgentName | 'other',
    { file = this.joinFile, as = name, before = [] as readonly string[] } = {},
  ): Watched {
    return this.start(as, name, ['agent', '--join-file', file, '--name', as], { before })
  }

  /** On the machine that is no part of the run otherwise. */
  host(as = HOST, listen = this.machine('other').address): Watched {
    return this.start(as, 'other', ['host', '--join-file', this.joinFile, '--name', as, '--listen', listen])
  }

  /** Of fifty rounds: it does not end before something is done to it. */
  run({
    on = 'coordinator' as MachineName,
    rounds = 50,
    agents = AGENTS.length as number,
    file = this.joinFile,
    scenario = 'verify',
    host = null as string | null,
  } = {}): Watched {
    this.#runs += 1
    return this.start(
      `run ${this.#runs}`,
      on,
      [
        ...['run', '--profile', 'smoke', '--scenarios', scenario],
        ...(host === null ? ['--strategies', 'none'] : []),
        ...['--rounds', String(rounds), '--agents', String(agents), '--join-file', file],
        // A host has a Redis as well, which is to go with it.
        ...(host === null
          ? ['--listen', this.machine(on).address]
          : ['--host', host, '--strategies', 'none,session-redis']),
        ...['--out', this.out],
      ],
      { onTerminal: true },
    )
  }

  /** A fleet with its agents, which wait. */
  async fleet(
    agents: readonly AgentName[] = AGENTS,
    before: readonly string[] = [],
  ): Promise<{ readonly up: Watched; readonly agents: readonly Watched[] }> {
    const up = this.up()
    await this.says(up, 'Ctrl-C ends it.')
    const started = agents.map((name) => this.agent(name, name === 'agent-2' ? { before } : {}))
    for (const agent of started) await this.says(agent, 'waits for a run')
    return { up, agents: started }
  }

  /** @throws when it ends without, or says nothing for long */
  async says({ name, program }: Watched, what: string | RegExp, limitMs = START_LIMIT_MS): Promise<void> {
    const given = new AbortController()
    const said = await Promise.race([
      program.says(what),
      delay(limitMs, false, { signal: given.signal }).catch(() => false),
    ])
    given.abort()
    if (!said) throw new Error(`${name} does not say ${what}: ${program.said().slice(-300)}`)
  }

  /** Somewhere in it: a part of a second after what the run says at its beginning. */
  async until(moment: Moment, run: Watched): Promise<void> {
    const [said, spreadMs] = MOMENTS[moment]
    // Nothing is done to what is not there.
    for (const until = performance.now() + START_LIMIT_MS; run.program.pid() === null; ) {
      if (performance.now() > until) throw new Error(`${run.name} does not start`)
      await delay(LOOK_MS)
    }
    if (said !== null) await this.says(run, said)
    await delay(this.#random() * spreadMs)
  }

  between = (from: number, to: number): number => from + this.#random() * (to - from)

  expect(watched: Watched, codes: Expected['codes'], says?: RegExp): void {
    watched.expected = says === undefined ? { codes } : { codes, says }
  }

  /** @returns null when it does not in time */
  async ended({ program }: Watched, limitMs = LIMIT_MS): Promise<End | null> {
    const given = new AbortController()
    const end = await Promise.race([
      program.ended,
      delay(limitMs, null, { signal: given.signal }).catch(() => null),
    ])
    given.abort()
    return end
  }

  /** A short run on the same fleet: it works, or the fleet was harmed. */
  async serves(host: string | null = null): Promise<void> {
    const run = this.run({ rounds: 1, host })
    // Measured on a machine that does other things as well: checks may say so.
    this.expect(run, [0, 3], /Report: /)
    await this.ended(run)
  }

  /** Not the shell around it. */
  async redisPid(): Promise<number> {
    return this.#found(({ command }) => /^\S*(redis|valkey)-server /.test(command), 'control Redis')
  }

  async generatorOf({ program, name }: Watched): Promise<number> {
    const pid = program.pid()
    const isChild = (found: Found) =>
      childrenOf(pid ?? -1).includes(found.pid) && found.command.includes('load/main')
    return this.#found(isChild, `generator of ${name}`)
  }

  /** A host that waits has neither servers nor a Redis. */
  async rests({ name, program }: Watched, limitMs = LIMIT_MS): Promise<void> {
    const children = () => childrenOf(program.pid() ?? -1)
    for (const until = performance.now() + limitMs; performance.now() < until; ) {
      if (children().length === 0) return
      await delay(LOOK_MS)
    }
    this.problems.push(`${name} keeps ${children().length} processes though nothing runs`)
  }

  async #found(isWanted: (found: Found) => boolean, what: string): Promise<number> {
    for (const until = performance.now() + START_LIMIT_MS; ; ) {
      const found = marked(this.folder).find(isWanted)
      if (found !== undefined) return found.pid
      if (performance.now() > until) throw new Error(`there is no ${what}`)
      await delay(LOOK_MS)
    }
  }

  text(path: string): string {
    return readFileSync(path, 'utf8')
  }

  /** The join file, changed; for its owner alone. */
  joinFileWith(name: string, changed: Readonly<Record<string, unknown>>): string {
    const path = join(this.folder, name)
    const content: unknown = JSON.parse(this.text(this.joinFile))
    writeFileSync(path, JSON.stringify(Object.assign({}, content, changed)), { mode: 0o600 })
    return path
  }

  kill(watched: Watched): void {
    this.wasKilled = true
    watched.program.kill('SIGKILL')
    // 137: told by the terminal that it runs on.
    this.expect(watched, ['SIGKILL', 137])
  }
}

/** What a run says at the beginning of it, and how long it is about. */
const MOMENTS: Readonly<Record<Moment, readonly [RegExp | null, number]>> = {
  idle: [null, 1000],
  join: [null, 800],
  start: [null, 2000],
  'warm-up': [/round\s+1\/50\s+warming up/, 300],
  window: [/round\s+2\/50\s+slice \d/, 200],
  between: [/round\s+2\/50\s+starting servers/, 800],
}
