import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { type Job, Worker } from 'bullmq'
import { exportJWK, generateKeyPair } from 'jose'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { SharedClock } from './clock.ts'
import {
  COORDINATOR_KEY,
  type ControlConnection,
  connectControl,
  ended,
  PREFIX,
  SILENCE_LIMIT_MS,
} from './control.ts'
import { failureText, type MemberKind, type Presence } from './messages.ts'
import type { JoinFile } from './secrets/join-file.ts'

export const presenceKey = (kind: MemberKind, name: string): string => `${PREFIX}:${kind}:${name}`
export const queueOf = ({ id }: Pick<Presence, 'id'>): string => `member-${id}`

/** Known to be there for so long after it last said so. */
const PRESENCE_MS = 12_000
const SAID_EVERY_MS = 2000
const FIRST_SAMPLES = 16
/** Longer than any step: a job of a member that was away is not given to it again. */
const LOCK_MS = 600_000
/** A command that is given up so much later than it should be: this process was stopped, and the fleet may be there all the same. */
const STOPPED_MS = SILENCE_LIMIT_MS + 1000

/** What it does for a run. */
export interface Duties {
  /** Rejects with what the coordinator is told. */
  take(step: string, data: unknown): Promise<unknown>
  /** Nothing but the load happens then. */
  isBusy(): boolean
  /** Every now and then. @param run the one that has the fleet; null: none */
  look(run: string | null): Promise<void>
  stop(): Promise<void>
}

export interface Membership {
  readonly join: JoinFile
  readonly kind: MemberKind
  readonly name: string
  /** Steps that it may have at once. */
  readonly concurrency: number
  readonly signal: AbortSignal
  say(line: string): void
  duties(clock: SharedClock, privateKey: CryptoKey): Duties
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
export async function beMember(membership: Membership): Promise<void> {
  const { join, kind, name, concurrency, signal, say } = membership
  await using scope = new AsyncDisposableStack()
  const redis = await connectControl(join)
  scope.defer(() => redis.disconnect())
  const clock = new SharedClock(redis)
  await clock.sample(FIRST_SAMPLES)
  const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'X25519' })
  const presence: Presence = {
    id: randomUUID(),
    kind,
    name,
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    kernel: os.release(),
    boot: bootOf(),
    publicKey: await exportJWK(publicKey),
  }
  const duties = membership.duties(clock, privateKey)
  scope.defer(() => duties.stop())
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const giveUp = (cause: unknown) =>
    lost.reject(
      cause instanceof AuthbenchError
        ? cause
        : new AuthbenchError('FLEET_LOST', `the fleet is gone: ${messageOf(cause)}`, {
            next: `Start \`authbench fleet up\` again, copy its new join file, and start the ${kind} again.`,
            exitCode: 3,
            cause,
          }),
    )
  void ended(redis).then(() => giveUp(new Error('the control Redis closed the connection')))
  await appear(redis, presence)
  scope.defer(() => leave(redis, presence))
  let saidAt = performance.now()
  const saySo = () => {
    const askedAt = performance.now()
    saidAt = askedAt
    stay(redis, presence).then(
      (run) => duties.look(run),
      (error: unknown) => {
        const wasStopped = !(error instanceof AuthbenchError) && performance.now() - askedAt > STOPPED_MS
        if (!wasStopped) giveUp(error)
      },
    )
  }
  const timer = setInterval(() => {
    if (!duties.isBusy()) saySo()
  }, SAID_EVERY_MS)
  // Windows follow each other closely: the timer may find one every time.
  const said = () => {
    if (performance.now() - saidAt > SAID_EVERY_MS) saySo()
  }
  scope.defer(() => clearInterval(timer))

  const blocking = await connectControl(join, true)
  const worker = new Worker(queueOf(presence), (job: Job) => taken(duties, job, said), {
    connection: blocking,
    prefix: PREFIX,
    concurrency,
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

async function taken(duties: Duties, { name, data }: Job, stay: () => void): Promise<unknown> {
  try {
    return await duties.take(name, data)
  } catch (error) {
    throw new Error(
      error instanceof AuthbenchError
        ? failureText(error.code, error.message, error)
        : failureText('MEMBER_FAILED', messageOf(error)),
    )
  } finally {
    stay()
  }
}

/** A run that waited for this member in vain has taken back what it asked. */
const isForgotten = (error: Error): boolean => /^Missing (key|lock) for (parent )?job/.test(error.message)

async function appear(redis: ControlConnection, presence: Presence): Promise<void> {
  const { kind, name } = presence
  const set = await redis.set(presenceKey(kind, name), JSON.stringify(presence), 'PX', PRESENCE_MS, 'NX')
  if (set === 'OK') return
  throw new AuthbenchError('AGENT_JOINED_TWICE', `the fleet has ${kind} '${name}' already`, {
    next: 'Stop the other one, wait a few seconds after it died, or give this one another name: --name NAME.',
  })
}

const isOf = (said: string, { id }: Presence): boolean => (JSON.parse(said) as Presence).id === id

/**
 * Another one may have its name, if it was taken for gone.
 * @returns the run that has the fleet, or null
 */
async function stay(redis: ControlConnection, presence: Presence): Promise<string | null> {
  const key = presenceKey(presence.kind, presence.name)
  const [said = null, run = null] = await redis.mget(key, COORDINATOR_KEY)
  if (said !== null && isOf(said, presence)) await redis.pexpire(key, PRESENCE_MS)
  else await appear(redis, presence)
  return run
}

/** Never rejects. */
async function leave(redis: ControlConnection, presence: Presence): Promise<void> {
  if (redis.status !== 'ready') return
  const key = presenceKey(presence.kind, presence.name)
  const said = await redis.get(key).catch(() => null)
  if (said !== null && isOf(said, presence)) await redis.del(key).catch(() => undefined)
}
