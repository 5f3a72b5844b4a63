import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { type Job, Worker } from 'bullmq'
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { EngineTarget } from '../load/engine.ts'
import { type EngineId, type PackedTarget, unpacked } from '../load/messages.ts'
import { machineTimeBetween, readMachineTime } from '../machine/cpu-time/machine-time.ts'
import { type GeneratorProcess, startGeneratorProcess } from '../process/generator-process.ts'
import { SharedClock } from './clock.ts'
import {
  COORDINATOR_KEY,
  type ControlConnection,
  connectControl,
  ended,
  PREFIX,
  SILENCE_LIMIT_MS,
} from './control.ts'
import type { JoinFile } from './join-file.ts'
import { type Answered, type Asked, failureText, type Presence, type Sent, type Step } from './messages.ts'

export const presenceKey = (name: string): string => `${PREFIX}:agent:${name}`
export const queueOf = ({ id }: Pick<Presence, 'id'>): string => `agent-${id}`

/** Known to be there for so long after it last said so. */
const PRESENCE_MS = 8000
const SAID_EVERY_MS = 2000
const FIRST_SAMPLES = 16
const SAMPLES = 4
/** Longer than any step: a job of an agent that was away is not given to it again. */
const LOCK_MS = 600_000

/** A command that is given up so much later than it should be: this process was stopped, and the fleet may be there all the same. */
const STOPPED_MS = SILENCE_LIMIT_MS + 1000

/** What `open` seals: the target's requests carry credentials. */
export interface Opened {
  readonly key: string
  readonly engine: EngineId
  readonly target: PackedTarget
}

export const bootOf = (): string | null => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

/**
 * Waits for what a coordinator asks, until the signal comes or the fleet is gone.
 * @throws AuthbenchError FLEET_UNREACHABLE, FLEET_LOST, AGENT_JOINED_TWICE
 */
export async function runAgent(
  join: JoinFile,
  name: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  await using scope = new AsyncDisposableStack()
  const redis = await connectControl(join)
  scope.defer(() => redis.disconnect())
  const clock = new SharedClock(redis)
  await clock.sample(FIRST_SAMPLES)
  const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'X25519' })
  const presence: Presence = {
    id: randomUUID(),
    name,
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    kernel: os.release(),
    boot: bootOf(),
    publicKey: await exportJWK(publicKey),
  }
  const steps = new Steps(clock, privateKey, signal)
  scope.defer(() => steps.stop())
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const giveUp = (cause: unknown) =>
    lost.reject(
      cause instanceof AuthbenchError
        ? cause
        : new AuthbenchError('FLEET_LOST', `the fleet is gone: ${messageOf(cause)}`, {
            next: 'Start `authbench fleet up` again, copy its new join file, and start the agent again.',
            exitCode: 3,
            cause,
          }),
    )
  void ended(redis).then(() => giveUp(new Error('the control Redis closed the connection')))
  await appear(redis, presence)
  scope.defer(() => leave(redis, presence))
  const timer = setInterval(() => {
    // Nothing but the load happens inside a window.
    if (steps.inWindow) return
    const askedAt = performance.now()
    stay(redis, presence).then(
      (run) => steps.stopUnlessOf(run),
      (error: unknown) => {
        const wasStopped = !(error instanceof AuthbenchError) && performance.now() - askedAt > STOPPED_MS
        if (!wasStopped) giveUp(error)
      },
    )
  }, SAID_EVERY_MS)
  scope.defer(() => clearInterval(timer))

  const blocking = await connectControl(join, true)
  const worker = new Worker(queueOf(presence), (job: Job) => steps.take(job), {
    connection: blocking,
    prefix: PREFIX,
    concurrency: 1,
    maxStalledCount: 0,
    skipStalledCheck: true,
    lockDuration: LOCK_MS,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  worker.on('error', (error) => {
    if (!isForgotten(error)) giveUp(error)
  })
  scope.defer(async () => {
    await worker.close(true).catch(() => undefined)
    blocking.disconnect()
  })
  await worker.waitUntilReady()
  say(`${name} waits for a run at ${join.host}:${join.port}. Ctrl-C stops it.`)
  const stopped = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => stopped.resolve(), { once: true })
  if (signal.aborted) return
  await Promise.race([stopped.promise, lost.promise])
}

/** A run that waited for this agent in vain has taken back what it asked. */
const isForgotten = (error: Error): boolean => /^Missing (key|lock) for (parent )?job/.test(error.message)

async function appear(redis: ControlConnection, presence: Presence): Promise<void> {
  const set = await redis.set(presenceKey(presence.name), JSON.stringify(presence), 'PX', PRESENCE_MS, 'NX')
  if (set === 'OK') return
  throw new AuthbenchError('AGENT_JOINED_TWICE', `the fleet has an agent '${presence.name}' already`, {
    next: 'Stop the other one, wait a few seconds after it died, or give this one another name: --name NAME.',
  })
}

const isOf = (said: string, { id }: Presence): boolean => (JSON.parse(said) as Presence).id === id

/**
 * Another one may have its name, if it was taken for gone.
 * @returns the run that has the fleet, or null
 */
async function stay(redis: ControlConnection, presence: Presence): Promise<string | null> {
  const key = presenceKey(presence.name)
  const [said = null, run = null] = await redis.mget(key, COORDINATOR_KEY)
  if (said !== null && isOf(said, presence)) await redis.pexpire(key, PRESENCE_MS)
  else await appear(redis, presence)
  return run
}

/** Never rejects. */
async function leave(redis: ControlConnection, presence: Presence): Promise<void> {
  if (redis.status !== 'ready') return
  const key = presenceKey(presence.name)
  const said = await redis.get(key).catch(() => null)
  if (said !== null && isOf(said, presence)) await redis.del(key).catch(() => undefined)
}

/** One at a time: what the coordinator asks, done by a generator as a run has it. */
class Steps {
  inWindow = false
  readonly #clock: SharedClock
  readonly #key: CryptoKey
  readonly #signal: AbortSignal
  #generator: GeneratorProcess | null = null
  #run: string | null = null

  constructor(clock: SharedClock, key: CryptoKey, signal: AbortSignal) {
    this.#clock = clock
    this.#key = key
    this.#signal = signal
  }

  async take({ name, data }: Job): Promise<Answered[Step]> {
    try {
      return await this.#do(name as Step, data)
    } catch (error) {
      const code = error instanceof AuthbenchError ? error.code : 'AGENT_FAILED'
      throw new Error(failureText(code, messageOf(error)))
    } finally {
      this.inWindow = false
    }
  }

  async stop(): Promise<void> {
    await this.#generator?.stop()
    this.#generator = null
  }

  /** One that was killed cannot say that it has ended. */
  async stopUnlessOf(run: string | null): Promise<void> {
    if (run !== this.#run) await this.stop()
  }

  async #do(step: Step, data: Sent<Step>): Promise<Answered[Step]> {
    if (step === 'start') {
      await this.stop()
      this.#run = data.run
      this.#generator = await startGeneratorProcess(null, false, this.#signal)
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
    this.inWindow = true
    const { offsetUs, boundUs } = this.#clock.now()
    const before = readMachineTime()
    const { slice, cpu, startedAtUs } = await generator.sliceAt(key, window, startAtUs - offsetUs)
    const machine = machineTimeBetween(before, readMachineTime())
    await this.#clock.sample(SAMPLES)
    return { slice, cpu, startedAtUs: startedAtUs + offsetUs, clockBoundUs: boundUs, machine }
  }

  async #unsealed(
    sealed: string,
  ): Promise<{ readonly key: string; readonly engine: EngineId; readonly target: EngineTarget }> {
    const { plaintext } = await compactDecrypt(sealed, this.#key)
    const { key, engine, target } = JSON.parse(new TextDecoder().decode(plaintext)) as Opened
    return { key, engine, target: unpacked(target) }
  }
}
