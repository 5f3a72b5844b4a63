import { USUAL_WORLD, type World } from './world.ts'

type Value = number | string

const STORES: Readonly<Record<string, string>> = { redis: 'Redis', sqlite: 'SQLite' }
const roles = (count: Value): string => `${count} ${Number(count) === 1 ? 'role' : 'roles'}`

/** Of what points say about their world. */
const WORDS: Readonly<Record<string, (value: Value) => string>> = {
  waitMs: (value) => (Number(value) === 0 ? 'an empty handler' : `${value} ms of waiting`),
  cpuUs: (value) => `${value} µs of computing`,
  rows: (value) => `a row from ${STORES[value] ?? value}`,
  roles,
}

/** `5 ms of waiting`; null where the parameter says nothing about a world. */
export const worldParamText = (name: string, value: Value): string | null => WORDS[name]?.(value) ?? null

/** Everything that is not as usual, as one line; null where all is. */
export function worldText({ handler, roles: count }: World): string | null {
  const { waitMs, cpuUs, rows } = handler
  const work = [
    ...(waitMs === 0 ? [] : [`waits ${waitMs} ms`]),
    ...(cpuUs === 0 ? [] : [`computes ${cpuUs} µs`]),
    ...(rows === 'none' ? [] : [`reads a row from ${STORES[rows]}`]),
  ]
  const parts = [
    ...(work.length === 0 ? [] : [`the handler ${work.join(', ')}`]),
    ...(count === USUAL_WORLD.roles ? [] : [`every credential has ${roles(count ?? 0)}`]),
  ]
  return parts.length === 0 ? null : parts.join('; ')
}
