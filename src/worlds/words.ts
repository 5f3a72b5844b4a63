import { type Link, USUAL_WORLD, type World } from './world.ts'

type Value = number | string

const STORES: Readonly<Record<string, string>> = { redis: 'Redis', sqlite: 'SQLite' }
const roles = (count: Value): string => `${count} ${Number(count) === 1 ? 'role' : 'roles'}`

/** Of what points say about their world. */
const WORDS: Readonly<Record<string, (value: Value) => string>> = {
  storeRttMs: (value) => (Number(value) === 0 ? 'Redis on this machine' : `Redis ${value} ms away`),
  waitMs: (value) => (Number(value) === 0 ? 'an empty handler' : `${value} ms of waiting`),
  cpuUs: (value) => `${value} µs of computing`,
  rows: (value) => `a row from ${STORES[value] ?? value}`,
  roles,
}

/** `5 ms of waiting`; null where the parameter says nothing about a world. */
export const worldParamText = (name: string, value: Value): string | null => WORDS[name]?.(value) ?? null

const megabits = (bits: number): string => `${bits / 1e6}`

/** `3g (0.768 Mbit/s up, 1.6 down, round trip 300 ms)` */
const linkText = ({ name, upBitsPerSecond, downBitsPerSecond, roundTripMs }: Link): string =>
  `${name} (${megabits(upBitsPerSecond)} Mbit/s up, ${megabits(downBitsPerSecond)} down, round trip ${roundTripMs} ms)`

/** Everything that is not as usual, as one line; null where all is. */
export function worldText({ handler, roles: count, storeRttMs, link, tls }: World): string | null {
  const { waitMs, cpuUs, rows } = handler
  const work = [
    ...(waitMs === 0 ? [] : [`waits ${waitMs} ms`]),
    ...(cpuUs === 0 ? [] : [`computes ${cpuUs} µs`]),
    ...(rows === 'none' ? [] : [`reads a row from ${STORES[rows]}`]),
  ]
  const parts = [
    ...(work.length === 0 ? [] : [`the handler ${work.join(', ')}`]),
    ...(storeRttMs === 0 ? [] : [`Redis is ${storeRttMs} ms away`]),
    ...(link === null ? [] : [`clients come over ${linkText(link)}`]),
    ...(tls ? ['clients speak TLS'] : []),
    ...(count === USUAL_WORLD.roles ? [] : [`every credential has ${roles(count ?? 0)}`]),
  ]
  return parts.length === 0 ? null : parts.join('; ')
}

interface Crossing {
  readonly session: string
  readonly strategy: string
  readonly value: number | 'beyond'
  readonly low: number | 'beyond' | null
  readonly high: number | 'beyond' | null
  readonly furthestMs: number
}

/** `JWT HS256: from 0.42 ms [0.31, 0.55] on Session in Redis is slower.` */
export function crossoverText(
  { session, strategy, value, low, high, furthestMs }: Crossing,
  titleOf: (id: string) => string,
): string {
  const number = (bound: number | 'beyond') =>
    bound === 'beyond' ? `beyond ${furthestMs}` : `${Number(bound.toPrecision(2))}`
  const interval = low === null || high === null ? ', no interval' : ` [${number(low)}, ${number(high)}]`
  const name = titleOf(session)
  if (value === 'beyond')
    return `${titleOf(strategy)}: ${name} is not slower up to ${furthestMs} ms${interval}.`
  if (value === 0) return `${titleOf(strategy)}: ${name} is slower at any distance, 0 ms${interval}.`
  return `${titleOf(strategy)}: from ${number(value)} ms${interval} on ${name} is slower.`
}
