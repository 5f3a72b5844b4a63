import { describe, expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { accessTokenOutlives, revocation } from './revocation.ts'

const withLags = (lags: Readonly<Record<string, number>>) =>
  fakeExperiment(
    'revocation',
    Object.entries(lags).map(([subject, value]) => ({
      id: 'lag.max',
      title: 'Lag, longest',
      subject,
      label: subject,
      params: { instances: 2, fault: 'none' },
      unit: 'ms',
      estimate: exactEstimate(value, 40),
    })),
  )
/** No load ran: only the experiment knows. */
const run = (lags: Readonly<Record<string, number>>) => ({
  ...quiet,
  probes: [],
  experiments: [withLags(lags)],
})
const refreshing = quiet.strategies.map((info) =>
  info.id === 'jwt-es256' ? { ...info, refreshes: true, revocation: { effect: 'at-expiry' as const } } : info,
)

describe('a JWT cannot be revoked', () => {
  test('the trials alone support it, with how long it was accepted', () => {
    const { verdict, why } = revocation.judge(run({ 'jwt-es256': 1830 }))
    expect(verdict).toBe('supported')
    expect(why).toContain('up to 1.8 s')
  })

  test('trials in which none was accepted refute it', () => {
    expect(revocation.judge(run({ 'jwt-es256': 0 })).verdict).toBe('refuted')
  })

  test('trials in which some were accepted and others not make it depend, with both by name', () => {
    const { verdict, why } = revocation.judge(run({ 'jwt-es256': 1830, 'jwt-hs256': 0 }))
    expect(verdict).toBe('depends')
    expect(why).toMatch(/JWT ES256 \(jose\) was accepted for up to 1\.8 s .*; JWT HS256 \(jose\) was not\./)
  })

  test('what was tried of strategies with state says nothing', () => {
    expect(revocation.judge(run({ 'session-redis': 0 })).verdict).toBe('not measured')
  })
})

describe('an access token outlives its refresh token', () => {
  const judge = (lags: Readonly<Record<string, number>>) =>
    accessTokenOutlives.judge({ ...run(lags), strategies: refreshing })

  test('is supported where it was accepted after the logout, and refuted where it was not', () => {
    expect(judge({ 'jwt-es256': 1500 }).verdict).toBe('supported')
    expect(judge({ 'jwt-es256': 0 }).verdict).toBe('refuted')
  })

  test('is not measured without such a strategy', () => {
    expect(judge({ 'session-redis': 0 }).verdict).toBe('not measured')
  })
})
