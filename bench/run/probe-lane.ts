import type { Probe } from '../../src/results/cell.ts'
import { protectedRequest, type RawResponse, subjectName } from '../load/http/probe.ts'
import { addressed, type Lane, type RoundContext } from './lane.ts'
import { readBy } from './pool.ts'

/** Right answers before speed: what is measured is what a hand-sent request showed. */
export async function probeLane(lane: Lane, context: RoundContext): Promise<Probe> {
  const { bench, config } = context
  const to = addressed(lane)
  const bare = lane.info.state === 'none'
  const [credential = ''] = bare ? [''] : ((await lane.server?.issue([subjectName(config.pool + 1)])) ?? [])
  const ask = (presented: string | null) => bench.probe(to, readBy(lane, presented, context))
  const shown = bare ? null : credential
  const own = await ask(shown)
  const anonymous = await ask(null)
  const revoked = lane.info.state === 'unknown' ? null : await afterLogout()
  const requestBodyBytes = Buffer.byteLength(lane.server?.read?.body ?? '')
  return {
    requestHeadBytes: own.requestBytes - requestBodyBytes,
    responseHeadBytes: own.headBytes,
    responseBodyBytes: own.bodyBytes,
    credentialBytes: credential.length,
    ownStatus: own.status,
    anonymousStatus: anonymous.status,
    revokedStatus: revoked?.status ?? null,
    ...(requestBodyBytes === 0 ? {} : { requestBodyBytes }),
  }

  async function afterLogout(): Promise<RawResponse> {
    await bench.probe(to, protectedRequest(config.transport, shown, { method: 'POST', path: '/logout' }))
    return ask(shown)
  }
}
