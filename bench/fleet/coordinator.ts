// In this folder: load from more than one machine. Agents wait at a Redis of their own for what the coordinator, a run, asks of all of them.

import { randomUUID } from 'node:crypto'
import { FlowProducer, type Job, Worker } from 'bullmq'
import { exportJWK, generateKeyPair } from 'jose'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { type ControlConnection, connectControl, ended, PREFIX } from './control.ts'
import { bootOf, queueOf } from './member.ts'
import { type Answered, type Asked, failureOf, type Presence, type Step } from './messages.ts'
import { forget, gone, holdAlone, waitForMembers } from './roll.ts'
import type { JoinFile } from './secrets/join-file.ts'
import { sealTo, unsealed } from './secrets/sealing.ts'

const LOST_LOOK_MS = 2000
/** Servers of a round start side by side. */
const AT_ONCE = 32
const ONCE = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const

/** All agents of one run, asked together. */
export interface Fleet {
  readonly agents: readonly Presence[]
  /** Whether it shares the machine of the run. */
  isHere(agent: Presence): boolean
  /**
   * The same step on every agent at once.
   * @returns in the order of the agents
   * @throws AuthbenchError what an agent failed with; AGENT_LOST where one says nothing in time, FLEET_LOST without the control Redis
   */
  ask<Name extends Step>(
    step: Name,
    dataOf: (index: number) => Asked[Name],
    limitMs: number,
  ): Promise<readonly Answered[Name][]>
  seal(index: number, content: object): Promise<string>
  /** Where servers start; null: on the machine of the run. */
  readonly host: Presence | null
  /** What it is asked and what it answers are sealed. Rejects as `ask` does, with HOST_LOST. */
  askHost(content: object, limitMs: number): Promise<unknown>
  /** Of the control Redis' clock, in microseconds. */
  nowUs(): Promise<number>
  close(): Promise<void>
}

/**
 * Waits until so many agents are there, and has them for itself.
 * @throws AuthbenchError FLEET_UNREACHABLE, FLEET_BUSY, FLEET_TOO_SMALL
 */
export async function openFleet(
  join: JoinFile,
  wanted: { readonly agents: number; readonly host: string | null },
  waitMs: number,
  signal: AbortSignal,
): Promise<Fleet> {
  await using failed = new AsyncDisposableStack()
  const redis = await connectControl(join)
  failed.defer(() => redis.disconnect())
  const id = randomUUID()
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const giveUp = (cause: unknown) => lost.reject(fleetLost(cause))
  void ended(redis).then(() => giveUp(new Error('the control Redis closed the connection')))
  // Nobody waits for what an agent still does when the run is to end.
  const stopped = () =>
    lost.reject(
      new AuthbenchError('INTERRUPTED', 'the run was interrupted', { next: 'Run again.', exitCode: 3 }),
    )
  await holdAlone(redis, id, failed, giveUp)
  const { agents, host } = await waitForMembers(redis, wanted, waitMs, signal)
  const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'X25519' })
  const replyTo = await exportJWK(publicKey)
  const [producing, working] = [await connectControl(join), await connectControl(join, true)]
  failed.defer(() => {
    producing.disconnect()
    working.disconnect()
  })
  const flows = new FlowProducer({ connection: producing, prefix: PREFIX })
  flows.on('error', giveUp)
  const waiting = new Map<string, PromiseWithResolvers<readonly unknown[]>>()
  const worker = new Worker(`run-${id}`, (job: Job) => collect(job, waiting), {
    connection: working,
    prefix: PREFIX,
    skipStalledCheck: true,
    concurrency: AT_ONCE,
  })
  worker.on('error', giveUp)
  await worker.waitUntilReady()
  const kept = failed.move()
  signal.addEventListener('abort', stopped, { once: true })
  kept.defer(() => signal.removeEventListener('abort', stopped))
  let steps = 0
  const askAll = async (
    members: readonly Presence[],
    step: string,
    dataOf: (index: number) => object,
    limitMs: number,
  ): Promise<readonly unknown[]> => {
    const name = `${id}-${steps}`
    steps += 1
    const asked = Promise.withResolvers<readonly unknown[]>()
    asked.promise.catch(() => undefined)
    waiting.set(name, asked)
    const timer = setTimeout(() => {
      const parent = `${PREFIX}:run-${id}:${name}`
      lostOf(redis, members, parent, step, limitMs).then(asked.reject, asked.reject)
    }, limitMs)
    // In a window nothing else is done, by agents neither: they say nothing there.
    const look =
      step === 'slice'
        ? undefined
        : setInterval(() => rejectWithoutAll(redis, members, step, asked), LOST_LOOK_MS)
    try {
      const children = members.map((member, index) => ({
        name: step,
        queueName: queueOf(member),
        data: { ...dataOf(index), run: id },
        opts: { ...ONCE, jobId: `${name}-${index}`, ignoreDependencyOnFailure: true },
      }))
      const parent = { name: step, queueName: `run-${id}`, data: { name }, opts: { ...ONCE, jobId: name } }
      await Promise.race([flows.add({ ...parent, children }), lost.promise])
      const answers = await Promise.race([asked.promise, lost.promise])
      if (answers.length !== members.length)
        throw memberLost(members, `${answers.length} of ${members.length} answered to '${step}'`)
      return answers
    } catch (error) {
      throw error instanceof AuthbenchError ? error : fleetLost(error)
    } finally {
      clearTimeout(timer)
      clearInterval(look)
      waiting.delete(name)
    }
  }
  return {
    agents,
    host,
    isHere: ({ boot }) => boot !== null && boot === (host === null ? bootOf() : host.boot),
    ask: async <Name extends Step>(step: Name, dataOf: (index: number) => Asked[Name], limitMs: number) =>
      (await askAll(agents, step, dataOf, limitMs)) as readonly Answered[Name][],
    async seal(index, content) {
      const agent = agents[index]
      if (agent === undefined) throw new Error(`no agent ${index}`)
      return sealTo(agent.publicKey, content)
    },
    async askHost(content, limitMs) {
      if (host === null) throw new Error('the run has no host')
      const sealed = await sealTo(host.publicKey, { run: id, replyTo, content })
      const [answer] = await askAll([host], 'call', () => ({ sealed }), limitMs)
      return unsealed(String(answer), privateKey)
    },
    async nowUs() {
      const [seconds, microseconds] = await Promise.race([redis.time(), lost.promise])
      return Number(seconds) * 1e6 + Number(microseconds)
    },
    async close() {
      await Promise.all([worker.close(true), flows.close()]).catch(() => undefined)
      await forget(redis, id, [...agents, ...(host === null ? [] : [host])]).catch(() => undefined)
      await kept.disposeAsync()
    },
  }
}

const fleetLost = (cause: unknown) =>
  new AuthbenchError('FLEET_LOST', `the control Redis of the fleet is lost: ${messageOf(cause)}`, {
    next: 'What was measured is kept. Start `authbench fleet up` and the agents again, and run again.',
    exitCode: 3,
    cause,
  })

async function collect(
  job: Job,
  waiting: ReadonlyMap<string, PromiseWithResolvers<readonly unknown[]>>,
): Promise<void> {
  const { name } = job.data as { readonly name: string }
  const asked = waiting.get(name)
  if (asked === undefined) return
  const [values, failures] = await Promise.all([job.getChildrenValues(), job.getIgnoredChildrenFailures()])
  const failed = Object.values(failures).map(failureOf)
  const [worst] = failed.filter(({ code }) => code !== 'AGENT_LATE')
  const told = worst ?? failed[0]
  if (told !== undefined) {
    // A generator that is lost has lost the connections of its agent.
    const code = told.code === 'GENERATOR_LOST' ? 'AGENT_LOST' : told.code
    const { next, exitCode } = told
    asked.reject(new AuthbenchError(code, told.message, { next, exitCode }))
    return
  }
  const byPlace = new Map(
    Object.entries(values).map(([key, value]) => [Number(/-(\d+)$/.exec(key)?.[1] ?? -1), value]),
  )
  asked.resolve([...byPlace.entries()].sort(([one], [other]) => one - other).map(([, value]) => value))
}

const memberLost = (members: readonly Presence[], message: string) =>
  new AuthbenchError(members[0]?.kind === 'host' ? 'HOST_LOST' : 'AGENT_LOST', message, {
    next: 'What was measured is kept. Look at the machine that is meant, and run again.',
    exitCode: 3,
  })

/**
 * Who does not answer, be they there or not.
 * @param parent key of the job whose children they have
 */
async function lostOf(
  redis: ControlConnection,
  members: readonly Presence[],
  parent: string,
  step: string,
  limitMs: number,
): Promise<AuthbenchError> {
  if (redis.status !== 'ready') return fleetLost(new Error('no connection'))
  // What BullMQ keeps of a flow: the keys of the children that have not ended.
  const waited = await redis.smembers(`${parent}:dependencies`)
  const names = members.flatMap(({ name }, index) =>
    waited.some((child) => child.endsWith(`-${index}`)) ? [name] : [],
  )
  // The last of them may have answered just now.
  return memberLost(
    members,
    `${names.join(', ') || 'the fleet'} gave no answer to '${step}' within ${limitMs} ms`,
  )
}

async function rejectWithoutAll(
  redis: ControlConnection,
  agents: readonly Presence[],
  step: string,
  asked: PromiseWithResolvers<readonly unknown[]>,
): Promise<void> {
  // A connection that is gone is noticed by whoever waits for it.
  const names = await gone(redis, agents).catch(() => [])
  if (names.length > 0)
    asked.reject(memberLost(agents, `${names.join(', ')} left, or was stopped, in the step '${step}'`))
}
