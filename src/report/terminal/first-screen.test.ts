import { describe, expect, test } from 'vitest'
import { judgeClaims } from '../../claims/registry.ts'
import { ALL_FAKE_SCENARIOS } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { manyStrategies } from '../../testing/fake-strategies.ts'
import { terminalReporter } from './terminal.ts'
import { widthOf } from './width.ts'

const widestLine = (text: string) => Math.max(...text.split('\n').map(widthOf))

describe('the first screen', () => {
  test('is the answer, the table it rests on, the claims, and where the rest is', () => {
    expect(terminalReporter.render(fakeResults(), {})).toMatchInlineSnapshot(`
      "JWT or sessions? What authentication costs, measured

      JWT HS256 (fast-jwt) costs the server less CPU than Session in Redis. For the session, Redis
      takes CPU on top. Of the two, only the session can be revoked before it expires; tokens that
      can be revoked keep state as well. Session in memory costs less than both, but serves one
      process only.

      Run valid · noise ±1.3 % of server CPU · 6 rounds · 2026-11-24 09:15 UTC, 1 min 52 s · 2
      cores of AMD EPYC 7763 64-Core Processor · Redis on the same machine

      Verify a credential
      Strategy                        + Server CPU             + Redis CPU              Request  Revoked
                                      µs/req                   µs/req
      ──────────────────────────────  ───────────────────────  ───────────────────────  ───────  ─────────
      No authentication               baseline                 baseline                 83 B     –
      Session in memory                 +5.6 [+4.3, +7.0]           0 exact             149 B    at once
      JWT HS256 (fast-jwt)             +10.4 [+10.0, +10.9]         0 exact             582 B    at expiry
      Session in Redis                 +45.4 [+44.7, +48.3]    +14.20 [+14.00, +14.41]  149 B    at once
      JWT HS256 (jose)                 +50.6 [+49.7, +53.2]         0 exact             582 B    at expiry
      JWT RS256 (jose)                 +95.0 [+92.3, +97.6]         0 exact             881 B    at expiry
      JWT HS256 + blacklist in Redis   +99.0 [+96.8, +100.8]   +13.62 [+13.41, +13.75]  582 B    at once
      JWT ES256 (jose)                +143.2 [+139.8, +146.5]       0 exact             625 B    at expiry
      +: added to a request without authentication. Brackets: 95 % intervals over rounds.

      Claims of the article “Hype Driven Development: JWT”:
      depends       A JWT cannot be revoked before it expires.
      supported     A JWT makes every request larger.
      refuted       Stateless tokens are faster because they save the lookup.
      not measured  1 claim. What measures them: \`authbench report --section claims\`.

      1 warning about this run: \`authbench report --section validity\`.
      Everything: report.html, or \`authbench report --details\`.
      "
    `)
  })

  test.each([
    ['the usual run', fakeResults()],
    ['35 strategies', fakeResults({ strategies: manyStrategies(35) })],
    ['every kind of load', fakeResults({ scenarios: ALL_FAKE_SCENARIOS })],
    ['too few rounds', fakeResults({ rounds: 2 })],
  ])('fits 100 columns and 40 lines: %s', (_name, results) => {
    const text = terminalReporter.render({ ...results, claims: judgeClaims(results) }, {})
    expect(widestLine(text)).toBeLessThanOrEqual(100)
    expect(text.split('\n').length).toBeLessThanOrEqual(41)
  })

  test('a section alone is what was asked for', () => {
    const text = terminalReporter.render(fakeResults(), { section: 'validity' })
    expect(text).toMatch(/^── Noise and validity ─/)
    expect(text).not.toContain('── Decide')
  })

  test('a broken promise stands in the table', () => {
    const run = fakeResults()
    const probes = run.probes.map((probe) => ({ ...probe, revokedStatus: 200 }))
    expect(terminalReporter.render({ ...run, probes }, {})).toMatch(
      /^Session in Redis .*accepted \(200\): not as/m,
    )
  })
})
