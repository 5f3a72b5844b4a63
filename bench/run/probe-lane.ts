import type { Probe } from '../../src/results/cell.ts'
import { protectedRequest, type RawResponse, subjectName } from '../load/http/probe.ts'
import { addressed, type Lane, type RoundContext } from './lane.ts'
import { routeOf } from './pool.ts'

/** Right answers before speed: what is measured is what a hand-sent request showed. */
export async function probeLane(lane: Lane, { bench, config, scenario }: RoundContext): Promise<Probe> {
  const to = addressed(lane)
  const bare = lane.info.state === 'none'
  const [credential = ''] = bare ? [''] : ((await lane.server?.issue([subjectName(config.pool + 1)])) ?? [])
  const ask = (presented: string | null, route = routeOf(lane, scenario.route)) =>
    bench.probe(to, protectedRequest(config.transport, presented, route))
  const shown = bare ? null : credential
  const own = await ask(shown)
  const anonymous = await ask(null)
  const revoked = lane.info.state === 'unknown' ? null : await afterLogout()
  return {
    requestHeadBytes: own.requestBytes,
    responseHeadBytes: own.headBytes,
    responseBodyBytes: own.bodyBytes,
    credentialBytes: credential.length,
    ownStatus: own.status,
    anonymousStatus: anonymous.status,
    revokedStatus: revoked?.status ?? null,
  }

  async function afterLogout(): Promise<RawResponse> {
    await ask(shown, { method: 'POST', path: '/logout' })
    return ask(shown)
  }
}
