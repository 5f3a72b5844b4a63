import type { TtlObservationOf } from '../../../src/experiments/ttl/observation.ts'
import { cpuUs } from '../../../src/metrics/cpu.ts'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { subjectName } from '../../load/http/probe.ts'
import { redisMeter } from '../../redis/meter.ts'
import type { ProvidedRedis } from '../../redis/provide.ts'
import type { Stage } from '../../trials/experiment.ts'
import { requestsTo } from '../../trials/requests.ts'

const CONNECTIONS = 8

export interface CostPlan {
  /** Of each kind, before anything is measured. */
  readonly warmUp: number
  /** Of each kind, in turn, so that what disturbs the machine disturbs both. */
  readonly windows: number
  /** In a window. */
  readonly requests: number
}

/** What one refresh and one request cost a server that is started for it, and its Redis. */
export async function costOf(
  stage: Stage,
  { id }: StrategyInfo,
  redis: ProvidedRedis,
  { warmUp, windows, requests }: CostPlan,
): Promise<TtlObservationOf<'cost'>> {
  const server = await stage.server(id, { redis, transport: 'bearer', keyPrefix: `${id}:` })
  const client = requestsTo(server, 'bearer', CONNECTIONS)
  stage.defer(() => client.close())
  const meter = redisMeter(redis.control)
  const users = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) => client.login(subjectName(index))),
  )
  const each = (count: number, send: (user: number) => Promise<void>) =>
    Promise.all(
      users.map(async (_, user) => {
        for (let done = user; done < count; done += CONNECTIONS) {
          stage.signal.throwIfAborted()
          await send(user)
        }
      }),
    )
  const verify = async (user: number) => {
    const status = await client.me(users[user]?.credential ?? '')
    if (status !== 200) throw new Error(`a request was answered with ${status}`)
  }
  const refresh = async (user: number) => {
    const pair = await client.refresh(users[user]?.refreshToken ?? '')
    if (pair.status !== 200) throw new Error('a refresh was refused')
    users[user] = pair
  }
  /** CPU of server and Redis for so many. */
  const windowOf = async (send: (user: number) => Promise<void>) => {
    const ended = await meter.measure()
    const before = await server.readCpu()
    await each(requests, send)
    const after = await server.readCpu()
    const use = await ended()
    if (before === null || after === null)
      throw new Error('this machine does not show the CPU time of a process')
    // Redis uses some time even when nobody asks it.
    const asked = Object.keys(use.commands).length > 0
    return cpuUs(after) - cpuUs(before) + (asked ? use.cpuUs : 0)
  }
  await each(warmUp, verify)
  await each(warmUp, refresh)
  const sums = { refresh: 0, verify: 0 }
  for (let window = 0; window < windows; window += 1) {
    sums.verify += await windowOf(verify)
    sums.refresh += await windowOf(refresh)
  }
  const counted = windows * requests
  return {
    kind: 'cost',
    strategy: id,
    refreshUs: sums.refresh / counted,
    verifiedUs: sums.verify / counted,
    refreshes: counted,
    requests: counted,
  }
}
