import type { Transport } from '../../servers/contract.ts'
import type { RunConfig } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { type EngineRequest, type EngineTarget, OWN } from '../load/engine.ts'
import { protectedRequest, subjectName } from '../load/http/probe.ts'
import type { Step } from '../scenarios/scenario.ts'

/** Of one server. More users would only take longer to prepare: nothing is kept of who was let in before. */
const MOST_REQUESTS = 10_000

/** @param user from 1 */
function requestOf(step: Step, user: number, transport: Transport, bare: boolean): EngineRequest {
  const presenting = (method: 'GET' | 'POST', path: string): EngineRequest => ({
    ...protectedRequest(transport, bare ? null : OWN, { method, path }),
    ...(bare ? {} : { sends: 'credential' }),
  })
  const granting = (path: string, body: object): EngineRequest => {
    const request = protectedRequest(transport, null, { method: 'POST', path })
    const headers = { ...request.headers, 'content-type': 'application/json' }
    return { ...request, headers, body: JSON.stringify(body), keeps: true }
  }
  switch (step) {
    case 'login':
      return granting('/login', { subject: subjectName(user) })
    case 'read':
      return presenting('GET', '/me')
    case 'refresh':
      return { ...granting('/refresh', { refresh_token: OWN }), sends: 'refresh token' }
    case 'logout':
      return { ...presenting('POST', '/logout'), expectStatus: 204 }
    default:
      return step satisfies never
  }
}

/**
 * What each connection does when it has sessions of its own: the steps in their order, each connection beginning elsewhere in them and
 * letting in users of its own part of the pool. One that does not begin with a login opens with one. Where nothing can be
 * refreshed users log in again.
 */
export function flowOf(
  steps: readonly Step[],
  { state, refreshes }: Pick<StrategyInfo, 'state' | 'refreshes'>,
  { connections, pool, transport }: Pick<RunConfig, 'connections' | 'pool' | 'transport'>,
): Pick<EngineTarget, 'requests' | 'opening'> {
  const taken = steps.map((step) => (step === 'refresh' && !refreshes ? 'login' : step))
  // Windows that cut such a pair would not hold as many of one as of the other.
  const leads = taken.map((step, place) => step === 'login' && taken[place + 1] === 'logout')
  const starts = [...taken.keys()].filter((place) => leads[place - 1] !== true)
  const startOf = (connection: number) => starts[Math.floor((connection * starts.length) / connections)] ?? 0
  const logins = taken.filter((step) => step === 'login').length
  const usersOfEach = Math.floor(pool / connections)
  const laps = Math.min(
    logins === 0 ? 1 : Math.floor(usersOfEach / logins),
    Math.floor(MOST_REQUESTS / (connections * taken.length)),
  )
  const users = Array.from({ length: connections }, () => 0)
  const request = (connection: number, step: Step) => {
    const before = users[connection] ?? 0
    if (step === 'login') users[connection] = before + 1
    return {
      ...requestOf(step, 1 + connection + connections * (before % usersOfEach), transport, state === 'none'),
      cohort: step,
    }
  }
  const each = Array.from({ length: connections }, (_, connection) => connection)
  const isOpened = each.some((connection) => taken[startOf(connection)] !== 'login')
  return {
    ...(isOpened ? { opening: each.map((connection) => request(connection, 'login')) } : {}),
    requests: Array.from({ length: Math.max(1, laps) * taken.length }, (_, index) =>
      each.map((connection): EngineRequest => {
        const place = (startOf(connection) + index) % taken.length
        return {
          ...request(connection, taken[place] ?? 'read'),
          ...(leads[place] === true ? { leads: true } : {}),
        }
      }),
    ).flat(),
  }
}
