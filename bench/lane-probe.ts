import type { Probe } from '../src/cell.ts'
import type { Lane, RoundContext } from './lane.ts'
import type { EngineRequest } from './load/engine.ts'
import { protectedRequest } from './probe.ts'

const subjectName = (index: number) => `user-${String(index).padStart(7, '0')}`

/** One request for each credential of the pool. */
export async function issuePool(
  lane: Lane,
  { config, scenario }: RoundContext,
): Promise<readonly EngineRequest[]> {
  if (lane.info.state === 'none') {
    return Array.from({ length: config.pool }, () => protectedRequest(config.transport, null, scenario.route))
  }
  const names = Array.from({ length: config.pool }, (_, index) => subjectName(index + 1))
  const credentials = (await lane.server?.issue(names)) ?? []
  return credentials.map((credential) => protectedRequest(config.transport, credential, scenario.route))
}

/** Right answers before speed: what is measured is what a hand-sent request showed. */
export async function probeLane(lane: Lane, { bench, config, scenario }: RoundContext): Promise<Probe> {
  const origin = lane.server?.origin ?? ''
  const bare = lane.info.state === 'none'
  const [credential = ''] = bare ? [''] : ((await lane.server?.issue([subjectName(config.pool + 1)])) ?? [])
  const ask = (presented: string | null, route = scenario.route) =>
    bench.probe(origin, protectedRequest(config.transport, presented, route))
  const shown = bare ? null : credential
  const own = await ask(shown)
  const anonymous = await ask(null)
  await ask(shown, { method: 'POST', path: '/logout' })
  const revoked = await ask(shown)
  return {
    requestHeadBytes: own.requestBytes,
    responseHeadBytes: own.headBytes,
    responseBodyBytes: own.bodyBytes,
    credentialBytes: credential.length,
    ownStatus: own.status,
    anonymousStatus: anonymous.status,
    revokedStatus: revoked.status,
  }
}
