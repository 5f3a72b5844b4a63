import { AuthbenchError } from '../../src/results/errors.ts'
import type { EngineTarget } from '../load/engine.ts'
import { type EngineId, type PackedTarget, unpacked } from '../load/messages.ts'
import { machineTimeBetween, readMachineTime } from '../machine/cpu-time/machine-time.ts'
import { throttlingBetween, throttlingReader } from '../machine/quota.ts'
import { systemFiles } from '../machine/system-files.ts'
import { type GeneratorProcess, startGeneratorProcess } from '../process/generator-process.ts'
import { agrees, type SharedClock } from './clock.ts'
import { beMember, type Duties } from './member.ts'
import type { Answered, Asked, Sent, Step } from './messages.ts'
import type { JoinFile } from './secrets/join-file.ts'
import { unsealed } from './secrets/sealing.ts'

const SAMPLES = 4

const clockMoved = () =>
  new AuthbenchError('AGENT_LATE', 'a clock was set, or this machine slept, while the window was measured', {
    next: 'It is measured again.',
    exitCode: 3,
  })

/** What `open` seals: the target's requests carry credentials. */
export interface Opened {
  readonly key: string
  readonly engine: EngineId
  readonly target: PackedTarget
}

/**
 * Loads what a coordinator asks for, until the signal comes or the fleet is gone.
 * @throws AuthbenchError FLEET_UNREACHABLE, FLEET_LOST, AGENT_JOINED_TWICE
 */
export const runAgent = (
  join: JoinFile,
  name: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> =>
  beMember({
    join,
    kind: 'agent',
    name,
    concurrency: 1,
    signal,
    say,
    duties: (clock, privateKey) => new Steps(clock, privateKey, signal),
  })

/** One at a time: what the coordinator asks, done by a generator as a run has it. */
class Steps implements Duties {
  #inWindow = false
  readonly #clock: SharedClock
  readonly #key: CryptoKey
  readonly #signal: AbortSignal
  #generator: GeneratorProcess | null = null
  #run: string | null = null
  readonly #throttling = throttlingReader(systemFiles)

  constructor(clock: SharedClock, key: CryptoKey, signal: AbortSignal) {
    this.#clock = clock
    this.#key = key
    this.#signal = signal
  }

  isBusy(): boolean {
    return this.#inWindow
  }

  async take(step: string, data: unknown): Promise<Answered[Step]> {
    try {
      return await this.#do(step as Step, data as Sent<Step>)
    } finally {
      this.#inWindow = false
    }
  }

  async stop(): Promise<void> {
    await this.#generator?.stop()
    this.#generator = null
  }

  /** One that was killed cannot say that it has ended. */
  async look(run: string | null): Promise<void> {
    if (run !== this.#run) await this.stop()
  }

  async #do(step: Step, data: Sent<Step>): Promise<Answered[Step]> {
    if (step === 'start') {
      await this.stop()
      this.#run = data.run
      const { besideServers } = data as Asked['start']
      this.#generator = await startGeneratorProcess(null, besideServers, this.#signal)
      return null
    }
    if (step === 'stop') {
      if (this.#run === data.run) await this.stop()
      return null
    }
    const generator = this.#generator
    if (generator === null || this.#run !== data.run) {
      throw new AuthbenchError('AGENT_LOST', 'an agent knows nothing of this run, or serves another one', {
        next: 'Run again.',
        exitCode: 3,
      })
    }
    if (step === 'open') {
      const { key, engine, target } = await this.#unsealed((data as Asked['open']).sealed)
      await generator.open(key, engine, target)
      return null
    }
    if (step === 'warm up') {
      const { lanes, requests, limitMs } = data as Asked['warm up']
      return generator.warmUp(lanes, requests, limitMs)
    }
    if (step === 'refresh') {
      const { key, all } = data as Asked['refresh']
      return generator.refresh(key, all)
    }
    return this.#window(generator, data as Asked['slice'])
  }

  async #window(
    generator: GeneratorProcess,
    { key, window, startAtUs }: Asked['slice'],
  ): Promise<Answered['slice']> {
    this.#inWindow = true
    const clock = this.#clock.now()
    const { offsetUs, boundUs } = clock
    const before = readMachineTime()
    const stopsBefore = this.#throttling([])
    try {
      const { slice, cpu, startedAtUs } = await generator.sliceAt(key, window, startAtUs - offsetUs)
      const machine = machineTimeBetween(before, readMachineTime())
      const throttled = throttlingBetween(stopsBefore, this.#throttling([]))
      await this.#clock.sample(SAMPLES)
      if (!agrees(clock, this.#clock.now())) throw clockMoved()
      return { slice, cpu, startedAtUs: startedAtUs + offsetUs, clockBoundUs: boundUs, machine, throttled }
    } catch (error) {
      // Late by a clock that was set: with the old samples it would be so for ever.
      await this.#clock.sample(SAMPLES)
      throw error
    }
  }

  async #unsealed(
    sealed: string,
  ): Promise<{ readonly key: string; readonly engine: EngineId; readonly target: EngineTarget }> {
    const { key, engine, target } = (await unsealed(sealed, this.#key)) as Opened
    return { key, engine, target: unpacked(target) }
  }
}
