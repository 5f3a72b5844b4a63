/** What somebody wants of authentication. What was not asked for rules nothing out. */
export interface Wishes {
  /** Milliseconds after a logout; 0: with the next request. Null: when the credential expires is soon enough. */
  readonly revokeWithinMs: number | null
  /** Milliseconds to Redis and back. */
  readonly redisRttMs: number
  readonly users: number | null
  /** Of one user in a second, counted where they are verified. */
  readonly requestsPerUser: number | null
  /** Processes of their own that verify credentials. */
  readonly services: number
  /** In each token, beside what was measured in it. */
  readonly roles: number
  readonly handlerMs: number | null
  readonly withoutStore: boolean
  readonly transport: 'bearer' | 'cookie' | null
}

/** Ids of the wishes, as options and in the address of a page. */
export const WISH_IDS = [
  'revoke-within',
  'redis-rtt',
  'users',
  'requests-per-user',
  'services',
  'roles',
  'handler',
  'without-store',
  'transport',
] as const
export type WishId = (typeof WISH_IDS)[number]
export type WishTexts = Partial<Readonly<Record<WishId, string | undefined>>>

export interface ReadWishes {
  readonly wishes: Wishes
  /** Of what could not be read; the wish then counts as not given. */
  readonly problems: readonly { readonly wish: WishId; readonly text: string }[]
}

/**
 * Wishes as they are typed, on a command line or in a page.
 * Runs inside of the page as well: it may refer to its arguments only.
 */
export function readWishes(given: WishTexts): ReadWishes {
  const problems: { wish: WishId; text: string }[] = []
  const texts = Object.fromEntries(
    Object.entries(given).flatMap(([wish, text]) => {
      const trimmed = text?.trim().toLowerCase() ?? ''
      return trimmed === '' ? [] : [[wish, trimmed]]
    }),
  )
  const refuse = (wish: WishId, wanted: string): null => {
    problems.push({ wish, text: `“${(texts[wish] ?? '').slice(0, 40)}” is ${wanted}` })
    return null
  }
  const UNITS: Readonly<Record<string, number>> = {
    us: 0.001,
    µs: 0.001,
    ms: 1,
    s: 1_000,
    min: 60_000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
  }
  const duration = (wish: WishId, mostMs: number, also: string): number | null => {
    const text = texts[wish]
    if (text === undefined) return null
    if (text === '0') return 0
    const [, number, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-zµ]+)$/.exec(text) ?? []
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
    if (number === undefined || scale === undefined)
      return refuse(wish, `no duration: use a number and its unit, such as 500ms or 1s${also}`)
    const ms = Number(number) * scale
    return ms > mostMs ? refuse(wish, 'too long') : ms
  }
  const number = (wish: WishId, least: number, most: number, whole: boolean): number | null => {
    const text = texts[wish]
    if (text === undefined) return null
    const value = /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value
    const from = least > 0 && !whole ? 'above 0' : `from ${least}`
    return refuse(wish, `no ${whole ? 'whole number' : 'number'} ${from} to ${most}`)
  }
  const choice = <Choice extends string>(wish: WishId, choices: readonly Choice[]): Choice | null => {
    const text = texts[wish]
    if (text === undefined) return null
    return choices.find((each) => each === text) ?? refuse(wish, `none of ${choices.join(', ')}`)
  }
  const [longestBound, longestWait] = [3_650 * 86_400_000, 3_600_000]
  const bound = texts['revoke-within']
  const wishes: Wishes = {
    revokeWithinMs:
      bound === 'at-once'
        ? 0
        : bound === 'expiry'
          ? null
          : duration('revoke-within', longestBound, ', or at-once or expiry'),
    redisRttMs: duration('redis-rtt', longestWait, '') ?? 0,
    users: number('users', 1, 1e10, true),
    requestsPerUser: number('requests-per-user', 1e-6, 1e6, false),
    services: number('services', 1, 100_000, true) ?? 1,
    roles: number('roles', 0, 10_000, true) ?? 0,
    handlerMs: duration('handler', longestWait, ''),
    withoutStore: choice('without-store', ['yes', 'no']) === 'yes',
    transport: choice('transport', ['bearer', 'cookie']),
  }
  return { wishes, problems }
}
