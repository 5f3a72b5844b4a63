import { setTimeout as pause } from 'node:timers/promises'
import { startRedis } from '../../servers/conformance/harness/test-redis.ts'
import {
  GONE,
  GONE_WORDS,
  type Gone,
  isSplit,
  type SplitIo,
  type SplitObservation,
} from '../../src/experiments/split/observation.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import { inLanes } from '../trials/lanes.ts'
import { type PacedProbe, pacedProbe } from '../trials/paced-probe.ts'
import { type Granted, type Requests, requestsTo } from '../trials/requests.ts'
import { loggedIn, newSubject, recovered } from '../trials/users.ts'
import { openSystem, type System } from './split/system.ts'

type Context = ExperimentContext<SplitObservation>

/** Longer than what a server remembers for 5 s, but in the smallest form. */
const AWAY_MS: Readonly<Record<TrialCount, number>> = { smoke: 1000, short: 7000, full: 10_000 }
const REPETITIONS: Readonly<Record<TrialCount, number>> = { smoke: 1, short: 1, full: 3 }
const LANES = 4
const USERS = 5
const COUNTED_REQUESTS = 100
const READ_EVERY_MS = 40
const LOGIN_EVERY_MS = 200
const REFRESH_EVERY_MS = 500
const CONNECTIONS = 256
const BEFORE_MS = 1000
const AFTER_MS = 500
const SLACK_MS = 90_000

/** What so many requests make the core ask, one after the other, while nobody else does anything. */
async function ioOf(
  info: StrategyInfo,
  { core, toRedis, toAuthApi }: System,
  credential: string,
  requests: Requests,
): Promise<SplitIo> {
  const read = async () => {
    const status = await requests.me(credential)
    if (status !== 200) throw new Error(`a good credential was answered with ${status}`)
  }
  // Keys and connections are there from now on.
  await read()
  const commandsBefore = toRedis.asked()
  const callsBefore = toAuthApi?.asked() ?? 0
  for (let request = 0; request < COUNTED_REQUESTS; request += 1) await read()
  await core.assertAlive()
  return {
    kind: 'io',
    strategy: info.id,
    requests: COUNTED_REQUESTS,
    redisCommands: toRedis.asked() - commandsBefore,
    authCalls: (toAuthApi?.asked() ?? 0) - callsBefore,
    redisSockets: toRedis.connections(),
    authSockets: toAuthApi?.connections() ?? 0,
  }
}

/** What a core that is started now answers to a good credential; null: it does not start. */
async function newCoreOf({ startCore }: System, stage: Stage, credential: string): Promise<number | null> {
  try {
    const core = await startCore(stage)
    const requests = requestsTo(core, 'bearer', 1)
    try {
      return await requests.me(credential)
    } finally {
      await requests.close()
      await core.stop()
    }
  } catch (error) {
    if (error instanceof AuthbenchError && error.code !== 'CHILD_SILENT') return null
    throw error
  }
}

/** Each refresh token once: whose answer is lost with what was killed is no matter then. */
async function refreshTokens(
  entrance: Requests,
  { refreshes }: StrategyInfo,
  count: number,
  signal: AbortSignal,
) {
  const users = refreshes ? await loggedIn(entrance, entrance, count, signal) : []
  return users.map(({ refreshToken }) => refreshToken).values()
}

async function outageOf(
  context: Context,
  stage: Stage,
  info: StrategyInfo,
  gone: Gone,
): Promise<readonly SplitObservation[]> {
  const { signal } = stage
  const awayMs = AWAY_MS[context.count]
  const redis = await stage.keep(startRedis(), (started) => started.stop())
  const system = await openSystem(context, stage, info, redis.url)
  const clientOf = (of: Pick<System['core'], 'origin'>): Requests => {
    const requests = requestsTo(of, 'bearer', CONNECTIONS)
    stage.defer(() => requests.close())
    return requests
  }
  const [core, entrance] = [clientOf(system.core), clientOf(system.entrance)]
  const [first] = await loggedIn(entrance, core, 1, signal)
  const io = await ioOf(info, system, first?.credential ?? '', core)
  const users: readonly Granted[] = await loggedIn(entrance, core, USERS, signal)
  const tokens = await refreshTokens(entrance, info, (10 * awayMs + SLACK_MS) / REFRESH_EVERY_MS, signal)

  const startMs = performance.now()
  const at = () => performance.now() - startMs
  const probe = (everyMs: number, ask: () => Promise<number>): PacedProbe => {
    const started = pacedProbe(everyMs, startMs, ask)
    stage.defer(() => void started.stop())
    return started
  }
  let turn = 0
  const reads = probe(READ_EVERY_MS, () => core.me(users[turn++ % USERS]?.credential ?? ''))
  const logins = probe(LOGIN_EVERY_MS, async () => (await entrance.login(newSubject())).status)
  const refreshes = info.refreshes
    ? probe(REFRESH_EVERY_MS, async () => (await entrance.refresh(tokens.next().value ?? '')).status)
    : null

  await pause(BEFORE_MS, undefined, { signal })
  const snapshot = await redis.snapshot()
  const killedMs = at()
  await (gone === 'redis' ? redis.kill() : system.killAuthApi())
  const goneMs = at()
  const newCore = await newCoreOf(system, stage, users[0]?.credential ?? '')
  await pause(Math.max(0, awayMs - (at() - goneMs)), undefined, { signal })
  const startedMs = at()
  await (gone === 'redis' ? redis.restart(snapshot) : system.restartAuthApi())
  const readyMs = at()
  const isBack = await recovered(entrance, core, signal)
  const backMs = at()
  await pause(AFTER_MS, undefined, { signal })
  await Promise.all([reads, logins, refreshes].map((each) => each?.stop()))
  return [
    io,
    {
      kind: 'outage',
      strategy: info.id,
      gone,
      killedMs,
      goneMs,
      startedMs,
      readyMs,
      reads: [...reads.answers],
      logins: [...logins.answers],
      refreshes: [...(refreshes?.answers ?? [])],
      newCore,
      recoveredMs: isBack ? backMs - readyMs : null,
    },
  ]
}

export const split: ExperimentRun<SplitObservation> = {
  needs: ['redis'],
  appliesTo: isSplit,
  expectedMs: (count, strategies) =>
    (REPETITIONS[count] * GONE.length * strategies.length * (AWAY_MS[count] + 6000)) / LANES,
  async run(context) {
    const limitMs = SLACK_MS + BEFORE_MS + AWAY_MS[context.count]
    const trials = Array.from({ length: REPETITIONS[context.count] }).flatMap(() =>
      context.strategies.flatMap((info) => GONE.map((gone) => ({ info, gone }))),
    )
    await inLanes(context, trials, {
      lanes: LANES,
      limitMs,
      nameOf: ({ info, gone }) => `${info.title}: without ${GONE_WORDS[gone]}`,
      work: ({ info, gone }, stage) => outageOf(context, stage, info, gone),
    })
  },
}
