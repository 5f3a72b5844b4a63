import { describe, expect, it } from 'vitest'
import type { Cell, Check } from '../results/cell.ts'
import { encodeHistogram, newHistogram } from '../results/histogram.ts'
import type { MeasuredResults } from '../results/results.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import { found, quiet } from '../testing/quiet-run.ts'

describe('findings from single cells', () => {
  describe('about an open loop', () => {
    const hdr = (us: number) => {
      const histogram = newHistogram()
      histogram.recordValueWithCount(us, 1000)
      return encodeHistogram(histogram)
    }
    const strategies = ['a', 'b'].map((id) => fakeStrategy({ id, state: 'stateless' }).info)
    const paced = (
      id: string,
      seen: {
        missing: number
        lagUs: number
        queued: number
        outcome?: Check['outcome']
        latencyUs?: number
      },
    ): readonly Cell[] =>
      fakeCells({ strategies: [fakeStrategy({ id, state: 'stateless' })], rounds: 1 }).flatMap((cell) => {
        if (cell.state !== 'completed' || cell.arm !== 'main') return []
        const pacing = {
          schedule: 'poisson' as const,
          arrivals: 1000,
          targetRate: 1000,
          achievedRate: 1000 * (1 - seen.missing),
          queued: seen.queued,
          longestQueue: seen.queued,
          serviceHdr: hdr(500),
          lagHdr: hdr(seen.lagUs),
          inFlightUs: 1,
          serviceUs: 1,
        }
        const check: Check = {
          id: 'pacing',
          value: seen.missing,
          warnLimit: 0.01,
          invalidLimit: 0.05,
          outcome: seen.outcome ?? 'warn',
          sentence: 'Seen.',
        }
        const state = seen.outcome === 'invalid' ? ('invalid' as const) : ('completed' as const)
        const load = { ...cell.load, pacing, latencyHdr: hdr(seen.latencyUs ?? 600) }
        return [{ ...cell, state, load, checks: [check] }]
      })
    const fellBehind = (change: Partial<MeasuredResults>, cells: readonly Cell[]) =>
      found({ strategies, ...change }, cells).filter(({ kind }) => kind === 'fell-behind')

    it('say that the server could not keep the rate, how far, and what helps', () => {
      const cells = [
        ...paced('a', { missing: 0.03, lagUs: 40, queued: 300 }),
        ...paced('b', { missing: 0.12, lagUs: 40, queued: 500, outcome: 'invalid' }),
      ]
      expect(fellBehind({}, cells)).toEqual([
        {
          kind: 'fell-behind',
          severity: 'warning',
          sentence:
            'The server could not keep the arrival rate in 2 cells of a and b: down to 88 % of it was sent, the rest had to wait for a free connection, so that latency there depends on how long the window is.',
          advice: 'Read the points at a lower load, or run again on a quieter machine.',
        },
      ])
    })

    it('say that the client was late, by how much, and what helps', () => {
      const cells = paced('a', { missing: 0, lagUs: 4200, queued: 0 })
      const environment = { ...quiet.environment, cores: 2 }
      const [finding, ...others] = fellBehind({ environment }, cells)
      expect(others).toEqual([])
      expect(finding?.sentence).toMatch(
        /^The load generator was late in 1 cell of a; in the worst, 1 of 100 requests left 4\.2 ms or more after it was due/,
      )
      expect(finding?.advice).toContain('4 cores or more (this one has 2)')
    })

    it('blame the client for a queue when it was late with requests that had a free connection too', () => {
      const late = paced('a', { missing: 0.1, lagUs: 9000, queued: 400, outcome: 'invalid' })
      expect(fellBehind({}, late)[0]?.sentence).toMatch(/^The load generator was late/)
      const slow = paced('a', { missing: 0.1, lagUs: 9000, queued: 400, latencyUs: 200_000 })
      expect(fellBehind({}, slow)[0]?.sentence).toMatch(/^The server could not keep/)
    })

    it('are silent where requests left in time', () => {
      expect(fellBehind({}, paced('a', { missing: 0, lagUs: 40, queued: 0, outcome: 'ok' }))).toEqual([])
    })
  })

  it('count servers that still became cheaper, once for all points that they were measured at', () => {
    const strategies = [fakeStrategy({ id: 'a', state: 'stateless' })]
    const cells = [0.5, 0.8].flatMap((load) =>
      fakeCells({ strategies, rounds: 2, scenario: 'iso-load', params: { load } }).flatMap((cell) =>
        cell.state === 'completed' && cell.arm === 'main'
          ? [{ ...cell, warmup: { ...cell.warmup, converged: cell.round !== 0 } }]
          : [],
      ),
    )
    const change = { strategies: strategies.map(({ info }) => info) }
    const config = { ...quiet.config, warmupRequests: 8000 }
    expect(found({ ...change, config }, cells)).toEqual([
      {
        kind: 'not-converged',
        severity: 'warning',
        sentence:
          'Requests were still getting cheaper when the warm-up of 1 server ended (a), so the cost there may look higher than it is.',
        advice: 'Use --profile full, which warms up with 2 times as many requests.',
      },
    ])
    const longest = { ...quiet.config, warmupRequests: 16_000 }
    expect(found({ ...change, config: longest }, cells)[0]?.advice).toBeNull()
  })

  describe('about cells that were lost', () => {
    const cells = fakeCells({ strategies: [fakeStrategy({ id: 'a', state: 'stateless' })], rounds: 3 })
    const [first] = cells
    if (first?.state !== 'completed') throw new Error('no cell')
    const invalid: Cell = { ...first, state: 'invalid' }
    const failed = (cell: Cell): Cell => {
      const { strategy, arm, scenario, params, round, position, attempt } = cell
      const error = { code: 'SERVER_EXITED', message: 'gone' }
      return { state: 'failed', strategy, arm, scenario, params, round, position, attempt, error }
    }

    it('say of one that was repeated what that means', () => {
      const repeated = [invalid, { ...first, attempt: 1 }, ...cells.slice(1)]
      const expected = {
        kind: 'repeated-cells',
        severity: 'info',
        sentence:
          '1 cell was invalid and was measured again right after, no longer alternating with the others. 6 cells were used.',
        advice: null,
      }
      expect(found({}, repeated)).toEqual([expected])
      expect(found({}, repeated.reverse())).toEqual([expected])
    })

    it('count those that stayed so, and say where the reasons are', () => {
      const [fifth] = cells.slice(4)
      if (fifth?.state !== 'completed') throw new Error('no cell')
      const unstable = [{ ...fifth, state: 'invalid' } as const, failed({ ...fifth, attempt: 1 })]
      const stayed = [invalid, { ...invalid, attempt: 1 } as const]
      const lost = [...stayed, ...cells.slice(1, 4), ...unstable, ...cells.slice(5).map(failed)]
      const [finding, repeated] = found({}, lost)
      expect(finding).toMatchObject({
        kind: 'lost-cells',
        sentence:
          '2 cells failed and 1 cell stayed invalid: their rounds count for the other strategies only. 3 cells were used.',
        advice: null,
      })
      expect(repeated?.sentence).toContain('2 cells were invalid and were measured again')
      const named = found({ validity: { ...quiet.validity, reasons: ['x'] } }, lost)[0]
      expect(named?.sentence).toContain('listed under validity')
      expect(named?.advice).toContain('first cause')
    })

    it('do not count what the end of the run interrupted', () => {
      expect(found({}, [{ ...first, state: 'interrupted' }, ...cells.slice(1)])).toEqual([])
    })
  })
})
