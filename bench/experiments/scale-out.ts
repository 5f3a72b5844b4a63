import { setTimeout as pause } from 'node:timers/promises'
import {
  BALANCES,
  type Balance,
  type Change,
  type Changed,
  type Latency,
  type ScaleOutObservation,
  type Steady,
} from '../../src/experiments/scale-out/observation.ts'
import type { TrialCount } from '../../src/plan/profiles.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { detectPinning } from '../machine/pinning.ts'
import { type ProvidedRedis, provideRedis } from '../redis/provide.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import { inLanes } from '../trials/lanes.ts'
import { pacedProbe } from '../trials/paced-probe.ts'
import { installHaproxy } from '../trials/programs.ts'
import { cpuOfInstances } from './scale-out/cpu.ts'
import { enter, type Fleet, loggedIn, openFleet, passBy, resize, SLOTS } from './scale-out/fleet.ts'
import { type Crowd, crowdAt, type User } from './scale-out/users.ts'

type Context = ExperimentContext<ScaleOutObservation>

const SIZES = [1, 2, 4] as const
const READS_EACH = 8
const PAIRS: Readonly<Record<TrialCount, number>> = { smoke: 20, short: 300, full: 2000 }
const REPETITIONS: Readonly<Record<TrialCount, number>> = { smoke: 1, short: 1, full: 3 }
const READ_EVERY_MS = 20
/** At a steady pace, before a change and after it. */
const READS_AROUND = 20
const OK = 200
const UNAUTHORIZED = 401
const LIMIT_MS = 180_000

/** @param slots that may get requests */
async function countReads(
  fleet: Fleet,
  users: readonly User[],
  slots: readonly number[],
): Promise<Omit<Steady, 'kind' | 'strategy' | 'balance' | 'instances'>> {
  const { balancer, crowd } = fleet
  const perSlot = Array.from({ length: SLOTS }, () => 0)
  const refused = new Map<User, number>()
  for (let round = 0; round < READS_EACH; round += 1) {
    const before = await balancer.requests()
    for (const user of users) {
      const status = await crowd.read(user)
      if (status === UNAUTHORIZED) refused.set(user, (refused.get(user) ?? 0) + 1)
      else if (status !== OK) throw new Error(`a read was answered with ${status}, while nothing happened`)
    }
    for (const [slot, requests] of (await balancer.requests()).entries())
      perSlot[slot] = (perSlot[slot] ?? 0) + requests - (before[slot] ?? 0)
    // Otherwise as many users as there are turns would always meet the same instance.
    await passBy(fleet)
  }
  return {
    users: users.length,
    refusedUsers: refused.size,
    reads: users.length * READS_EACH,
    refusedReads: refused.values().reduce((sum, count) => sum + count, 0),
    perInstance: slots.map((slot) => perSlot[slot] ?? 0),
  }
}

const slotsTo = (size: number) => Array.from({ length: size }, (_, slot) => slot)

/** From so many instances, by what is done, to these. */
interface Step {
  readonly change: Change
  readonly from: number
  readonly slotsAfter: readonly number[]
  readonly act: (fleet: Fleet) => Promise<void>
}

const STEPS: readonly Step[] = [
  {
    change: 'scale out',
    from: 2,
    slotsAfter: slotsTo(4),
    async act(fleet) {
      await enter(fleet, 2)
      await enter(fleet, 3)
    },
  },
  {
    change: 'scale in',
    from: 4,
    slotsAfter: slotsTo(2),
    async act({ balancer }) {
      for (const slot of [2, 3]) {
        await balancer.drain(slot)
        await balancer.leave(slot)
      }
    },
  },
  {
    change: 'rolling restart',
    from: 2,
    slotsAfter: slotsTo(2),
    async act(fleet) {
      for (const slot of slotsTo(2)) {
        await fleet.balancer.drain(slot)
        await fleet.balancer.leave(slot)
        await fleet.servers[slot]?.stop()
        fleet.servers[slot] = await fleet.start()
        await enter(fleet, slot)
      }
    },
  },
  {
    change: 'kill',
    from: 2,
    slotsAfter: [1],
    async act({ balancer, servers }) {
      const pid = servers[0]?.pid ?? null
      if (pid === null) throw new Error('the server has no process here')
      process.kill(pid, 'SIGKILL')
      await servers[0]?.assertAlive().catch(() => undefined)
      await balancer.missed(0)
    },
  },
]

/** Users log in, something happens while others go on reading, and the users read again. */
async function changed(
  stage: Stage,
  fleet: Fleet,
  place: Pick<Changed, 'strategy' | 'balance'>,
  { change, from, slotsAfter, act }: Step,
): Promise<Changed> {
  await resize(fleet, from)
  const users = await loggedIn(fleet)
  const others = await loggedIn(fleet)
  let turn = 0
  const probe = pacedProbe(READ_EVERY_MS, performance.now(), async () => {
    const user = others[turn++ % others.length]
    return user === undefined ? 0 : fleet.crowd.read(user)
  })
  stage.defer(() => void probe.stop())
  const answered = async (more: number) => {
    const wanted = probe.answers.length + more
    while (probe.answers.length < wanted) {
      stage.signal.throwIfAborted()
      await pause(READ_EVERY_MS)
    }
  }
  await answered(READS_AROUND)
  await act(fleet)
  await answered(READS_AROUND)
  await probe.stop()
  const counts = await countReads(fleet, users, slotsAfter)
  return { kind: 'change', ...place, change, ...counts, during: [...probe.answers] }
}

async function latencyOf(
  context: Context,
  stage: Stage,
  fleet: Fleet,
  place: Pick<Latency, 'strategy' | 'balance'>,
): Promise<Latency> {
  await resize(fleet, 1)
  const user = await fleet.crowd.login()
  const direct = crowdAt(fleet.servers[0]?.origin ?? '', 1)
  stage.defer(() => direct.close())
  const timed = async (crowd: Crowd) => {
    const startMs = performance.now()
    const status = await crowd.read(user)
    if (status !== OK) throw new Error(`a read of a user on the only instance was answered with ${status}`)
    return performance.now() - startMs
  }
  const addedMs: number[] = []
  for (let pair = 0; pair < PAIRS[context.count]; pair += 1) {
    stage.signal.throwIfAborted()
    // Whoever is second finds warm caches: in turn.
    const first = pair % 2 === 0 ? fleet.crowd : direct
    const one = await timed(first)
    const other = await timed(first === direct ? fleet.crowd : direct)
    addedMs.push(first === direct ? other - one : one - other)
  }
  return { kind: 'latency', ...place, addedMs }
}

async function fleetTrial(
  context: Context,
  stage: Stage,
  info: StrategyInfo,
  balance: Balance,
  redis: ProvidedRedis | null,
): Promise<readonly ScaleOutObservation[]> {
  const fleet = await openFleet(stage, info, balance, redis)
  const place = { strategy: info.id, balance }
  const observations: ScaleOutObservation[] = [{ kind: 'balancer', product: fleet.balancer.product }]
  for (const instances of SIZES) {
    await resize(fleet, instances)
    const counts = await countReads(fleet, await loggedIn(fleet), slotsTo(instances))
    observations.push({ kind: 'steady', ...place, instances, ...counts })
  }
  observations.push(await latencyOf(context, stage, fleet, place))
  for (const step of STEPS) observations.push(await changed(stage, fleet, place, step))
  return observations
}

/** One of each kind, unless the user names some: where sessions are decides, and nothing else. */
function chosenKinds({ strategies, has, leaveOut }: Context): readonly StrategyInfo[] {
  const firstOf = (isOne: (info: StrategyInfo) => boolean) => strategies.find(isOne)
  const inRedis = firstOf(({ needs }) => needs.includes('redis'))
  if (inRedis !== undefined && !has('redis'))
    leaveOut(`${inRedis.title} needs Redis, which this machine does not have.`)
  return [
    firstOf(({ needs }) => needs.includes('memory')),
    has('redis') ? inRedis : undefined,
    firstOf(({ state }) => state === 'stateless'),
  ].filter((info) => info !== undefined)
}

export const scaleOut: ExperimentRun<ScaleOutObservation> = {
  needs: [],
  uses: ['redis', 'haproxy'],
  appliesTo: ({ family, needs, state, roundTrips, cache }) =>
    (family === 'session' && cache === null && (needs.includes('memory') || roundTrips === 1)) ||
    (family === 'token' && state === 'stateless' && needs.length === 0 && cache === null),
  expectedMs: (count) => ({ smoke: 65_000, short: 130_000, full: 850_000 })[count],
  async run(context) {
    if (!context.has('haproxy')) await installHaproxy(context.say, context.signal)
    if (!context.has('haproxy'))
      context.leaveOut(
        'There is no HAProxy: an own small balancer stood in, whose latency says nothing of others.',
      )
    const kinds = chosenKinds(context)
    const redis = kinds.some(({ needs }) => needs.includes('redis')) ? await context.redis() : null
    const jobs = Array.from({ length: REPETITIONS[context.count] }).flatMap(() =>
      kinds.flatMap((info) => BALANCES.map((balance) => ({ info, balance }))),
    )
    await inLanes(context, jobs, {
      // Times are compared, so nothing else goes on.
      lanes: 1,
      limitMs: LIMIT_MS,
      nameOf: ({ info, balance }) => `${info.title}: ${balance}`,
      work: ({ info, balance }, stage) =>
        fleetTrial(context, stage, info, balance, info.needs.includes('redis') ? redis : null),
    })
    const pinning = detectPinning('own')
    if (pinning.server === null) {
      context.leaveOut(
        `Whether a request costs more with more instances was not measured. ${pinning.sentence}`,
      )
      return
    }
    await inLanes(context, kinds, {
      lanes: 1,
      limitMs: LIMIT_MS,
      nameOf: ({ title }) => `${title}: CPU of a request with one, two and four instances`,
      async work(info, stage) {
        const own = info.needs.includes('redis')
          ? await stage.keep(provideRedis(null, pinning.redis), (started) => started.release(''))
          : null
        return cpuOfInstances(stage, info, own, { count: context.count, pinning })
      },
    })
  },
}
