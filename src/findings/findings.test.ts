import { describe, expect, it } from 'vitest'
import type { Measured } from '../analysis/measured.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { findingsOf } from './registry.ts'

const base = fakeResults()
const quiet: Measured = {
  ...base,
  environment: {
    ...base.environment,
    cores: 8,
    pinning: { server: 0, redis: 1, generator: 2, sentence: 'Own cores.' },
  },
  config: { ...base.config, connections: 16 },
  noise: { 'cpu.server': { value: 1, low: 0.99, high: 1.01, rounds: 6 } },
  validity: { ...base.validity, checks: [] },
}

const found = (change: Partial<Measured>) => findingsOf({ ...quiet, ...change })
const troubled = (id: string, value: number, outcome: 'warn' | 'invalid' = 'warn'): Partial<Measured> => ({
  validity: {
    ...quiet.validity,
    checks: [
      {
        id,
        strategy: 'none',
        scenario: 'verify',
        cells: 3,
        value,
        warnLimit: 0.05,
        invalidLimit: 0.1,
        outcome,
        sentence: 'Seen.',
      },
    ],
  },
})

describe('findings', () => {
  it('are silent about a quiet run on a large machine', () => {
    expect(found({})).toEqual([])
  })

  it.each([
    ['client-limited', troubled('generator', 0.97), '97 %'],
    ['steal', troubled('steal', 0.04, 'invalid'), '4.0 %'],
    ['foreign-cpu', troubled('foreign-cpu', 0.08), '8.0 %'],
    ['drift', troubled('drift', 0.07), '7.0 %'],
    ['not-saturated', troubled('saturation', 0.8), '3 cells'],
  ])('name %s with its size', (kind, change, words) => {
    const [finding, ...others] = found(change)
    expect(others).toEqual([])
    expect(finding).toMatchObject({ kind, sentence: expect.stringContaining(words) })
    expect(finding?.advice).not.toBeNull()
  })

  it('advise on what the user did not already do', () => {
    const small = { ...quiet.environment, cores: 2 }
    expect(found({ ...troubled('generator', 0.97), environment: small })[0]?.advice).toContain(
      'this one has 2',
    )
    expect(found(troubled('generator', 0.97))[0]?.advice).not.toContain('4 cores')
    const full = { ...quiet.config, profile: 'full' as const, rounds: 20 }
    expect(found({ ...troubled('drift', 0.07), config: full })[0]?.advice).toBeNull()
    expect(found(troubled('saturation', 0.8))[0]?.advice).toContain('--connections 32')
    const many = { ...quiet.config, connections: 64 }
    expect(found({ ...troubled('saturation', 0.8), config: many })[0]?.advice).toBeNull()
  })

  it('do not ask for more connections of a generator that is saturated', () => {
    const checks = ['generator', 'saturation'].flatMap((id) => troubled(id, 0.9).validity?.checks ?? [])
    expect(found({ validity: { ...quiet.validity, checks } }).map(({ kind }) => kind)).toEqual([
      'client-limited',
    ])
  })

  it('say how many rounds a useful noise floor takes', () => {
    const values = (factor: number) =>
      [0, 1, 2, 3, 4, 5].map((round) => ({
        round,
        position: 0,
        value: 100 * (1 + factor * (round % 2 === 0 ? 1 : -1)),
      }))
    const row = { strategy: 'none', scenario: 'verify', params: {}, metric: 'cpu.server' }
    const noisy = (factor: number): Partial<Measured> => ({
      noise: { 'cpu.server': { value: 1, low: 1 - factor, high: 1 + factor, rounds: 6 } },
      rounds: [
        { ...row, arm: 'main', values: values(0) },
        { ...row, arm: 'twin', values: values(factor) },
      ],
    })
    // Deviation of +-0.08 over six rounds: 0.0877; (2.2 x 0.0877 / 0.05)^2 = 14.9.
    const [finding] = found(noisy(0.08))
    expect(finding?.kind).toBe('wide-noise')
    expect(finding?.sentence).toContain('about 15 rounds')
    expect(finding?.advice).toBe('Use --profile full or --rounds 15.')
    expect(found(noisy(0.4))[0]?.advice).toContain('quieter machine')
    expect(found(noisy(0.04))).toEqual([])
  })

  it('name what is missing below six rounds, by the profile in use', () => {
    const config = { ...quiet.config, rounds: 2 }
    expect(found({ config: { ...config, profile: 'smoke' } })[0]?.advice).toBe(
      'Use --profile quick or --rounds 6.',
    )
    expect(found({ config: { ...config, profile: 'quick' } })[0]?.advice).toBe(
      'Leave out --rounds, or use --rounds 6 or more.',
    )
  })

  it('count cells that were lost, and say where their reasons are', () => {
    const cells = { completed: 50, invalid: 1, failed: 2, interrupted: 0 }
    const [repeated] = found({ validity: { ...quiet.validity, cells } })
    expect(repeated).toMatchObject({
      kind: 'lost-cells',
      sentence: expect.stringContaining('2 cells failed and 1 is invalid'),
    })
    expect(repeated?.advice).toBeNull()
    expect(found({ validity: { ...quiet.validity, cells, reasons: ['x'] } })[0]?.sentence).toContain(
      'validity',
    )
  })

  it('tell of processes that are not pinned or share a core', () => {
    const pinning = { server: null, redis: null, generator: null, sentence: 'Nothing is pinned: no taskset.' }
    expect(found({ environment: { ...quiet.environment, pinning } })[0]).toMatchObject({
      kind: 'unpinned',
      sentence: 'Nothing is pinned: no taskset.',
    })
    expect(found({ environment: base.environment }).map(({ kind }) => kind)).toEqual(['shared-core'])
  })
})
