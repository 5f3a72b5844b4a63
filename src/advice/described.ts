import type { amountText } from './amounts.ts'
import type { Facts, StrategyFacts } from './facts/facts.ts'
import type { Outlook } from './outlook.ts'
import type { Wishes } from './wishes.ts'

export interface Line {
  readonly label: string
  readonly text: string
}
export interface Described {
  readonly summary: string
  /** Numbers of the run, with their intervals. */
  readonly measured: readonly Line[]
  /** What a model makes of them; it has no intervals. */
  readonly modelled: readonly Line[]
  /** What nobody knows. */
  readonly unknown: readonly string[]
}

/**
 * What is said of a strategy that is named.
 * Runs inside of a report's page as well: it may refer to its arguments only.
 */
export function describe(
  strategy: StrategyFacts,
  outlook: Outlook,
  wishes: Wishes,
  facts: Facts,
  amount: typeof amountText,
): Described {
  const { cpu, p50, head, keeps, revocation, trips } = strategy
  const { requestsPerSecond } = outlook
  const revoked =
    revocation.effect === 'immediate'
      ? strategy.brokenPromise
        ? 'not at once, as declared: its credential was accepted after a logout'
        : 'at once'
      : revocation.effect === 'within'
        ? `within ${amount(revocation.ms, 'ms')}`
        : revocation.effect === 'at-expiry'
          ? `at expiry (${amount(facts.lifetimeMs, 'ms')})`
          : 'not declared'
  // Medians of the parts need not add up to that of the sum: only the others are told, in two digits.
  const partsText = cpu.parts
    .filter(({ name }) => name !== 'server')
    .map(({ name, measured }) => `, ${name} ${amount(Number(measured.value.toPrecision(2)), '')} of it`)
    .join('')
  const measured: Line[] = [
    { label: 'CPU', text: cpu.total === null ? 'not measured' : `${cpu.total.text}${partsText}` },
    { label: 'p50', text: p50 === null ? 'not measured' : p50.text },
    { label: 'request', text: head === null ? 'not measured' : head.text },
    { label: 'revokes', text: revoked },
  ]
  if (outlook.entryBytes !== null) measured.push({ label: 'store', text: outlook.entryBytes.measured.text })

  const modelled: Line[] = []
  const model = (label: string, text: string) => modelled.push({ label, text })
  if (outlook.lifetimeMs < facts.lifetimeMs)
    model('lifetime', `${amount(outlook.lifetimeMs, 'ms')} instead of ${amount(facts.lifetimeMs, 'ms')}`)
  const wished = amount(wishes.redisRttMs, 'ms')
  const distance =
    facts.redisRttMs === 0 ? wished : `(${wished} \u2212 ${amount(facts.redisRttMs, 'ms')} as measured)`
  if (p50 !== null && outlook.p50Ms !== null && (outlook.addedMs !== 0 || wishes.handlerMs !== null)) {
    const terms = [
      amount(p50.value / 1_000, 'ms'),
      ...(outlook.addedMs !== 0
        ? [`${trips === 1 ? '1 round trip' : `${trips} round trips`} × ${distance}`]
        : []),
      ...(wishes.handlerMs === null ? [] : [`handler ${amount(wishes.handlerMs, 'ms')}`]),
    ]
    model(
      'p50',
      `${outlook.p50IsWhole ? '' : 'at least '}${amount(outlook.p50Ms, 'ms')} = ${terms.join(' + ')}`,
    )
  }
  if (head !== null && outlook.headBytes !== null && outlook.addedBytes !== 0)
    model(
      'request',
      `${amount(outlook.headBytes, 'B')} with ${wishes.transport ?? facts.transport} and ${wishes.roles} more roles`,
    )
  if (requestsPerSecond !== null && outlook.cpuUs !== null) {
    const redis = cpu.parts.find(({ name }) => name === 'Redis')?.measured.value ?? 0
    const redisCores = (redis * requestsPerSecond) / 1e6
    model(
      'CPU',
      `${outlook.cpuIsWhole ? '' : 'at least '}${amount((outlook.cpuUs * requestsPerSecond) / 1e6, 'cores')} at ${amount(requestsPerSecond, '')} req/s` +
        (redisCores >= 1
          ? `, ${amount(redisCores, '')} of them of Redis, which has one thread for commands`
          : ''),
    )
  }
  if (keeps !== null && wishes.users !== null && outlook.entryBytes !== null && !keeps.fixed)
    model(
      'store',
      `${amount(outlook.entryBytes.measured.value * wishes.users, 'memory')} for ${amount(wishes.users, '')} entries` +
        (keeps.entriesFor === 'revoked' ? ', if all of them were revoked' : ''),
    )
  if (strategy.refreshes && outlook.refreshShare !== null)
    model(
      'refreshes',
      `${amount(outlook.refreshShare, 'share')} of requests` +
        (requestsPerSecond === null
          ? ''
          : `, ${amount(outlook.refreshShare * requestsPerSecond, '')} in a second`),
    )
  if (strategy.askedAgainSeconds !== null && outlook.askedAgainShare !== null)
    model('asks again', `${amount(outlook.askedAgainShare, 'share')} of requests`)

  const unknown: string[] = []
  if (cpu.missing.length > 0) unknown.push(`${cpu.missing.join(' and ')}: not measured`)
  if (strategy.refreshes && outlook.refreshShare === null)
    unknown.push('how often it refreshes depends on --requests-per-user')
  if (strategy.refreshes && strategy.refreshCpu === null)
    unknown.push('what a refresh costs was not measured')
  if (strategy.askedAgainSeconds !== null && !outlook.cpuIsWhole)
    unknown.push(
      outlook.askedAgainShare === null
        ? 'measured while it remembered nearly everybody; how often it has to ask again depends on --requests-per-user'
        : 'measured while it remembered nearly everybody; what asking again costs was not',
    )
  if (keeps !== null && !keeps.fixed && outlook.entryBytes === null)
    unknown.push(`the size of what it keeps was not measured (${keeps.what})`)
  return { summary: strategy.summary, measured, modelled, unknown }
}
