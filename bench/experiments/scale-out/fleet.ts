import type { Balance } from '../../../src/experiments/scale-out/observation.ts'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { addressOf } from '../../load/http/address.ts'
import type { ProvidedRedis } from '../../redis/provide.ts'
import type { Subject } from '../../run/equipment.ts'
import type { Stage } from '../../trials/experiment.ts'
import { programOf } from '../../trials/programs.ts'
import type { Balancer } from './balancer.ts'
import { startHaproxy } from './haproxy.ts'
import { startOwnBalancer } from './own-balancer.ts'
import { type Crowd, crowdAt, type User } from './users.ts'

export const SLOTS = 4
/** A multiple of every number of instances. */
const SETTLING = 8
const USERS = 20
const CONNECTIONS = 64
const UNAUTHORIZED = 401

/** Instances of one strategy behind a balancer. */
export interface Fleet {
  readonly balancer: Balancer
  readonly crowd: Crowd
  /** By slot; in it or not. */
  readonly servers: Subject[]
  start(): Promise<Subject>
}

export async function openFleet(
  stage: Stage,
  info: StrategyInfo,
  balance: Balance,
  redis: ProvidedRedis | null,
): Promise<Fleet> {
  const options = { balance, slots: SLOTS }
  const program = programOf('haproxy')
  const starting =
    program === null ? startOwnBalancer(options) : startHaproxy(program, await stage.folder(), options)
  const balancer = await stage.keep(starting, (started) => started.stop())
  const start = () => stage.server(info.id, { transport: 'bearer', ...(redis === null ? {} : { redis }) })
  const servers = await Promise.all(Array.from({ length: SLOTS }, start))
  const crowd = crowdAt(balancer.origin, CONNECTIONS)
  stage.defer(() => crowd.close())
  return { balancer, crowd, servers, start }
}

export const enter = ({ balancer, servers }: Fleet, slot: number) => {
  const server = servers[slot]
  if (server === undefined) throw new Error(`no server for slot ${slot}`)
  return balancer.enter(slot, addressOf(server.origin))
}

/** Somebody whom nobody knows, and whom no cookie leads anywhere. */
export async function passBy({ crowd }: Fleet): Promise<void> {
  const status = await crowd.read({ credential: '', cookie: null })
  if (status !== UNAUTHORIZED) throw new Error(`a read of nobody was answered with ${status}`)
}

/** So many instances, the first ones. */
export async function resize(fleet: Fleet, size: number): Promise<void> {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (slot < size) await enter(fleet, slot)
    else await fleet.balancer.leave(slot)
  }
  // Whoever has just come has a place of its own in the first turn.
  for (let turn = 0; turn < SETTLING; turn += 1) await passBy(fleet)
}

/** One after the other, so that turns are the same in every run. */
export async function loggedIn({ crowd }: Fleet): Promise<readonly User[]> {
  const users: User[] = []
  for (let user = 0; user < USERS; user += 1) users.push(await crowd.login())
  return users
}
