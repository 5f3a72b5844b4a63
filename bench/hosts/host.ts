import { AuthbenchError } from '../../src/results/errors.ts'
import { beMember, type Duties } from '../fleet/member.ts'
import type { JoinFile } from '../fleet/secrets/join-file.ts'
import { sealTo, unsealed } from '../fleet/secrets/sealing.ts'
import { addressOf } from '../load/http/address.ts'
import { detectPinning, withAuthServer } from '../machine/pinning.ts'
import { originOfRedis, redisOfCommand } from '../redis/provide.ts'
import type { Bench, MovableSubject, StoreMeter } from '../run/equipment.ts'
import { machineBench } from '../run/real-equipment.ts'
import { describeEnvironment } from '../store/environment.ts'
import { strategyHash } from '../subjects/inputs.ts'
import type { OwnStrategy } from '../subjects/own-strategies.ts'
import { isWrittenLoopback, ownAddresses } from '../subjects/place.ts'
import { describeTarget, type Target } from '../subjects/target.ts'
import type { Call, HostedRun, Measurement, Opened, SealedCall, Started } from './messages.ts'

/** Servers of a round start side by side. */
const AT_ONCE = 32

export interface HostSettings {
  readonly name: string
  /** Address of this machine that agents reach. */
  readonly listen: string
  /** Of the user: a run may ask for servers with them. */
  readonly own: readonly OwnStrategy[]
}

/**
 * Starts servers for a run of another machine, until the signal comes or the fleet is gone.
 * @throws AuthbenchError FLEET_UNREACHABLE, FLEET_LOST, AGENT_JOINED_TWICE
 */
export const runHost = (
  join: JoinFile,
  { name, ...given }: HostSettings,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> =>
  beMember({
    join,
    kind: 'host',
    name,
    concurrency: AT_ONCE,
    signal,
    say,
    duties: (_, privateKey) => new Host(privateKey, given, say),
  })

/** What one run has here. It goes as a whole: when the run ends, when another begins, or when it is gone. */
class Hosted {
  readonly run: string
  readonly #bench: Bench
  readonly #subjects = new Map<number, MovableSubject>()
  readonly #begun = new Map<number, () => Promise<unknown>>()
  readonly #cleanup: AsyncDisposableStack
  #next = 0

  constructor(run: string, bench: Bench, cleanup: AsyncDisposableStack) {
    this.run = run
    this.#bench = bench
    this.#cleanup = cleanup
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#subjects.values()].map((subject) => subject.stop()))
    await this.#cleanup.disposeAsync()
  }

  async start({ strategy, arm, keyPrefix, ownRedis }: Extract<Call, { call: 'start' }>): Promise<Started> {
    const subject = await this.#bench.startSubject(strategy, arm, keyPrefix, ownRedis)
    const place = this.#number()
    this.#subjects.set(place, subject)
    const { origin, host, certificate, authServer, store } = subject
    return {
      subject: place,
      origin,
      ...(host === undefined ? {} : { host }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(authServer === undefined ? {} : { authOrigin: authServer.origin }),
      watchesWay: subject.watchWay !== undefined,
      store: store === undefined ? 'of the run' : store === null ? 'unknown' : 'own',
    }
  }

  async do({ subject: place, method, args }: Extract<Call, { call: 'do' }>): Promise<unknown> {
    const subject = this.#subject(place)
    if (method === 'stop') this.#subjects.delete(place)
    const work = subject[method] as ((...args: readonly unknown[]) => unknown) | undefined
    return work?.(...args)
  }

  authCpu(place: number): Promise<unknown> {
    return this.#subject(place).authServer?.readCpu() ?? Promise.resolve(null)
  }

  async begin(measurement: Measurement, subject: number | null): Promise<number> {
    const end = await this.#start(measurement, subject)
    const place = this.#number()
    this.#begun.set(place, end)
    return place
  }

  async end(place: number): Promise<unknown> {
    const end = this.#begun.get(place)
    this.#begun.delete(place)
    if (end === undefined) throw new Error(`nothing was begun as ${place}`)
    return end()
  }

  storeMemory(subject: number | null): Promise<number> {
    return this.#store(subject).memory()
  }

  async clear(prefix: string): Promise<void> {
    await this.#bench.store?.clear(prefix)
  }

  readMachineTime() {
    return this.#bench.readMachineTime()
  }

  async readThrottling() {
    const targets = [...this.#subjects.values()].flatMap(({ elsewhere = [] }) => elsewhere)
    return [...(await this.#bench.readThrottling(targets))]
  }

  #start(measurement: Measurement, place: number | null): Promise<() => Promise<unknown>> {
    if (measurement === 'store') return this.#store(place).measure()
    const subject = this.#subject(place ?? -1)
    if (measurement === 'allocated') return subject.measureAllocated()
    if (subject.watchWay === undefined) throw new Error('nothing lies on the way of this server')
    return subject.watchWay()
  }

  #store(place: number | null): StoreMeter {
    const store = place === null ? this.#bench.store : this.#subject(place).store
    if (store === null || store === undefined) throw new Error('there is no such store')
    return store
  }

  #subject(place: number): MovableSubject {
    const subject = this.#subjects.get(place)
    if (subject === undefined) throw new Error(`there is no server ${place}`)
    return subject
  }

  #number(): number {
    this.#next += 1
    return this.#next
  }
}

class Host implements Duties {
  readonly #key: CryptoKey
  readonly #given: Omit<HostSettings, 'name'>
  readonly #say: (line: string) => void
  #hosted: Hosted | null = null

  constructor(key: CryptoKey, given: Omit<HostSettings, 'name'>, say: (line: string) => void) {
    this.#key = key
    this.#given = given
    this.#say = say
  }

  isBusy(): boolean {
    return false
  }

  async take(_: string, data: unknown): Promise<unknown> {
    const { sealed } = data as { readonly sealed: string }
    const { run, replyTo, content } = (await unsealed(sealed, this.#key)) as SealedCall
    const value = await this.#answer(run, content)
    return sealTo(replyTo, { value: value ?? null })
  }

  /** A run that was killed leaves its servers here. */
  async look(run: string | null): Promise<void> {
    if (this.#hosted !== null && this.#hosted.run !== run) await this.stop()
  }

  async stop(): Promise<void> {
    const hosted = this.#hosted
    this.#hosted = null
    if (hosted === null) return
    await hosted.close()
    this.#say('The servers of the run are stopped.')
  }

  async #answer(run: string, call: Call): Promise<unknown> {
    if (call.call === 'open') {
      await this.stop()
      return this.#open(run, call.run)
    }
    if (call.call === 'close') return this.stop()
    const hosted = this.#hosted
    if (hosted?.run !== run) {
      throw new AuthbenchError('HOST_LOST', 'the host was started again and knows nothing of this run', {
        next: 'Run again.',
        exitCode: 3,
      })
    }
    switch (call.call) {
      case 'start':
        return hosted.start(call)
      case 'do':
        return hosted.do(call)
      case 'auth cpu':
        return hosted.authCpu(call.subject)
      case 'begin':
        return hosted.begin(call.measurement, call.subject)
      case 'end':
        return hosted.end(call.begun)
      case 'store memory':
        return hosted.storeMemory(call.subject)
      case 'clear':
        return hosted.clear(call.prefix)
      case 'machine':
        return hosted.readMachineTime()
      case 'throttling':
        return hosted.readThrottling()
    }
  }

  async #open(run: string, hosted: HostedRun): Promise<Opened> {
    const { config, strategies, own, target, keys, token, keyPrefix, needsRedis, redisUrl, ...rest } = hosted
    const files = new Map(own.map(({ id, hash }) => [id, fileOf(this.#given.own, id, hash)]))
    const processes = target === null ? [] : processesAt(target)
    await using failed = new AsyncDisposableStack()
    const ending = new AbortController()
    failed.defer(() => ending.abort())
    const plan = detectPinning(needsRedis ? originOfRedis(redisUrl) : null)
    const pinning = strategies.some(({ needs }) => needs.includes('auth-server'))
      ? withAuthServer(plan)
      : plan
    const redis = needsRedis
      ? await redisOfCommand({
          url: redisUrl,
          core: pinning.redis,
          keyPrefix,
          signal: ending.signal,
          cleanup: failed,
          output: { write: this.#say },
        })
      : null
    const bench = machineBench({
      config,
      strategies,
      keys,
      token,
      ...rest,
      files,
      target: target === null ? null : endpointAt(target),
      pinning,
      redis,
      fleet: null,
      listen: this.#given.listen,
      base: null,
      signal: ending.signal,
    })
    this.#hosted = new Hosted(run, bench, failed.move())
    return { environment: describeEnvironment(pinning, redis), store: redis !== null, processes }
  }
}

/** @throws AuthbenchError STRATEGY_NOT_ON_HOST: the numbers would be those of another one */
function fileOf(own: readonly OwnStrategy[], id: string, hash: string): string {
  const found = own.find(({ info }) => info.id === id)
  if (found !== undefined && strategyHash(found.file) === hash) return found.file
  throw new AuthbenchError(
    'STRATEGY_NOT_ON_HOST',
    found === undefined
      ? `the host was started without the strategy ${id}`
      : `the host has another file for the strategy ${id} than the run`,
    { next: 'Copy the file there, and start the host with --strategy FILE.' },
  )
}

/** An endpoint of which nothing is asked here but its CPU. */
const endpointAt = (origin: string): Target => ({
  origin,
  host: new URL(origin).host,
  read: { method: 'GET', path: '/', headers: {} },
  credentials: [],
})

/** @throws AuthbenchError TARGET_NOT_ON_HOST */
export function processesAt(origin: string): Opened['processes'] {
  const { hostname, host } = new URL(origin)
  // A process that listens everywhere is found under every address, those of other machines too.
  const isHere = ownAddresses().includes(addressOf(origin).host) || isWrittenLoopback(hostname)
  const { processes } = describeTarget(endpointAt(origin))
  if (isHere && processes.length > 0) return processes
  throw new AuthbenchError(
    'TARGET_NOT_ON_HOST',
    `on the machine of --host no process that is shown to it listens at ${host}`,
    {
      next: 'Start the host where the target is, as a user who sees it; without --host its CPU is not measured.',
    },
  )
}
