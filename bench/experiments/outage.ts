import { setTimeout as pause } from 'node:timers/promises'
import {
  keepsData,
  OUTAGE_FAULTS,
  type OutageFault,
  type OutageObservation,
  servesAloneMs,
} from '../../src/experiments/outage/observation.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import { inLanes } from '../trials/lanes.ts'
import { type PacedProbe, pacedProbe } from '../trials/paced-probe.ts'
import { requestsTo } from '../trials/requests.ts'
import {
  countAccepted,
  countRefused,
  loggedIn,
  loggedOut,
  newSubject,
  RECOVERY_LIMIT_MS,
  recovered,
  refreshed,
} from '../trials/users.ts'
import { failingStore } from './outage/store.ts'

type Context = ExperimentContext<OutageObservation>

/** Longer than a cache that is believed for 5 s; the long form outlives the leeway of a refresh token as well. */
const AWAY_MS: Readonly<Record<TrialCount, number>> = { smoke: 1000, short: 7000, full: 20_000 }
const REPETITIONS: Readonly<Record<TrialCount, number>> = { smoke: 1, short: 1, full: 3 }
const LANES = 5
const USERS = 20
const READERS = 5
const REVOKED = 5
const REFRESHING = 5
const READ_EVERY_MS = 40
const LOGIN_EVERY_MS = 200
const ANONYMOUS_EVERY_MS = 100
/** At most so many are under way: what all probes send in the longest time that one waits. */
const CONNECTIONS = 256
const BEFORE_MS = 1000
const AFTER_MS = 500
/** Promises to refuse a revoked credential that take longer are not waited for. */
const LONGEST_LAG_MS = 10_000
const SLACK_MS = 30_000

/** What a server knows of its users by itself is not outlived. */
const isTooLong = (aloneMs: number | null) => aloneMs !== null && aloneMs > LONGEST_LAG_MS

async function outageOf(
  context: Context,
  stage: Stage,
  info: StrategyInfo,
  fault: OutageFault,
): Promise<OutageObservation> {
  const { signal } = stage
  const store = await failingStore(stage, fault)
  const server = await stage.server(info.id, { redis: store })
  const requests = requestsTo(server, context.transport, CONNECTIONS)
  stage.defer(() => requests.close())
  const aloneMs = servesAloneMs(info)
  const users = await loggedIn(
    requests,
    requests,
    isTooLong(aloneMs) && !keepsData(fault) ? 0 : USERS,
    signal,
  )
  const readers = await loggedIn(requests, requests, READERS, signal)
  const refreshing = await refreshed(
    requests,
    await loggedIn(requests, requests, info.refreshes && keepsData(fault) ? REFRESHING : 0, signal),
  )
  const revoked = await loggedIn(
    requests,
    requests,
    aloneMs === null || isTooLong(aloneMs) ? 0 : REVOKED,
    signal,
  )
  await loggedOut(requests, revoked, signal)

  const startMs = performance.now()
  const at = () => performance.now() - startMs
  const until = (ms: number) => pause(Math.max(0, ms - at()), undefined, { signal })
  const probe = (everyMs: number, ask: () => Promise<number>): PacedProbe => {
    const started = pacedProbe(everyMs, startMs, ask)
    stage.defer(() => void started.stop())
    return started
  }
  let turn = 0
  const reads = probe(READ_EVERY_MS, () => requests.me(readers[turn++ % READERS]?.credential ?? ''))
  const logins = probe(LOGIN_EVERY_MS, async () => (await requests.login(newSubject())).status)
  const anonymous = probe(ANONYMOUS_EVERY_MS, () => requests.health())

  await pause(BEFORE_MS, undefined, { signal })
  const before = await server.readMemory()
  const fromMs = at()
  await store.fail()
  const goneMs = at()
  const refreshes = refreshing.map(({ refreshToken }) => requests.refresh(refreshToken))
  await Promise.allSettled(refreshes)
  if (keepsData(fault)) await until(goneMs + AWAY_MS[context.count])
  const after = await server.readMemory()
  await store.mend()
  const toMs = at()
  const isBack = await recovered(requests, requests, signal)
  const backMs = at()
  // At once: a leeway does not last.
  const refreshingLoggedOut = await countRefused(requests, refreshing, signal)
  await pause(AFTER_MS, undefined, { signal })
  await Promise.all([reads, logins, anonymous].map((each) => each.stop()))
  // Not before nobody is accepted any more because of what was known before.
  if (!isTooLong(aloneMs)) await until(goneMs + (aloneMs ?? 0))

  return {
    strategy: info.id,
    fault,
    fromMs,
    goneMs,
    toMs,
    reads: [...reads.answers],
    logins: [...logins.answers],
    anonymous: [...anonymous.answers],
    recoveredMs: isBack ? backMs - toMs : null,
    users: users.length,
    loggedOut: await countRefused(requests, users, signal),
    refreshing: refreshing.length,
    refreshingLoggedOut,
    revoked: revoked.length,
    revived: await countAccepted(requests, revoked, signal),
    memoryBytes: before === null || after === null ? null : { before, after },
  }
}

export const outage: ExperimentRun<OutageObservation> = {
  needs: ['redis'],
  appliesTo: ({ needs }) => needs.includes('redis'),
  expectedMs: (count, strategies) =>
    (REPETITIONS[count] * OUTAGE_FAULTS.length * strategies.length * (AWAY_MS[count] + 5000)) / LANES,
  async run(context) {
    const limitMs = SLACK_MS + BEFORE_MS + AWAY_MS[context.count] + 3 * RECOVERY_LIMIT_MS + LONGEST_LAG_MS
    const trials = Array.from({ length: REPETITIONS[context.count] }).flatMap(() =>
      OUTAGE_FAULTS.flatMap((fault) => context.strategies.map((info) => ({ info, fault }))),
    )
    await inLanes(context, trials, {
      lanes: LANES,
      limitMs,
      nameOf: ({ info, fault }) => `${info.title}: ${fault}`,
      work: ({ info, fault }, stage) => outageOf(context, stage, info, fault),
    })
  },
}
