import { describe, expect, it } from 'vitest'
import { analyse } from '../analyse.ts'
import type { Cell } from '../results/cell.ts'
import { resultsSchema } from '../results/results.ts'
import { cheap, compared, invalidated, none, run, STRATEGIES } from '../testing/analysed-run.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { fakeContext, fakeStrategy } from '../testing/fake-subjects.ts'

describe('the validity of a run', () => {
  it('never estimates a strategy that answers 401, however fast it is', () => {
    const broken = fakeStrategy({ id: 'broken', state: 'stateless' }, { serverUs: 10, ownStatus: 401 })
    const strategies = [none, broken]
    const results = analyse(fakeCells({ strategies, rounds: 6 }), fakeContext(strategies, 6))
    expect(results.summary.filter(({ strategy }) => strategy === 'broken')).toEqual([])
    expect(results.comparisons.filter(({ strategy }) => strategy === 'broken')).toEqual([])
    expect(results.validity.verdict).toBe('invalid')
    expect(results.validity.reasons).toEqual([
      'broken: no round was completed. First cause: A request with an own credential was answered with 401; 200 is right.',
    ])
    expect(results.validity.cells).toEqual({
      completed: 12,
      invalid: 6,
      repeated: 0,
      failed: 0,
      interrupted: 0,
    })
    expect(results.probes).toContainEqual({
      strategy: 'broken',
      ownStatus: 401,
      anonymousStatus: 401,
      revokedStatus: 200,
    })
  })

  it('takes the last of several completed attempts, and none that is invalid or interrupted', () => {
    const results = run(6, (cells) => {
      const first = cells.find(({ strategy, round }) => strategy === 'cheap' && round === 0)
      const [other] = fakeCells({ strategies: [{ ...cheap, serverUs: 9000 }], rounds: 1 })
      if (first?.state !== 'completed' || other?.state !== 'completed') throw new Error('no cell')
      const { load } = other
      const attempt = { ...first, load }
      return [
        { ...attempt, position: 10 },
        ...cells,
        { ...invalidated(attempt), position: 11 },
        { ...attempt, state: 'interrupted', position: 12 },
      ]
    })
    const row = results.rounds.find(({ strategy, metric }) => strategy === 'cheap' && metric === 'cpu.server')
    expect(row?.values.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4, 5])
    expect(Math.max(...(row?.values.map(({ value }) => value) ?? []))).toBeLessThan(200)
    expect(results.validity.verdict).toBe('ok')
    expect(results.validity.cells).toEqual({
      completed: 30,
      invalid: 1,
      repeated: 1,
      failed: 0,
      interrupted: 1,
    })
  })

  it.each([
    [1, 'inconclusive', 'only 5 of 6 rounds'],
    [3, 'invalid', '3 of 6 rounds are invalid or failed'],
  ])('judges a run by the strategy that lost %i rounds', (lost, verdict, words) => {
    const results = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'dear' && cell.round < lost ? invalidated(cell) : cell)),
    )
    expect(results.validity.verdict).toBe(verdict)
    expect(results.validity.reasons[0]).toContain(`dear: ${words}`)
    expect(results.validity.reasons[0]).toContain('3 responses were wrong.')
    expect(compared(results, 'cpu.server', 'dear')?.verdict).toBe('not judged')
  })

  it('counts a cell as lost once, however often it was measured again', () => {
    const { validity } = run(7, (cells) =>
      cells.flatMap((cell) =>
        cell.strategy === 'dear' && cell.round === 0
          ? [0, 1, 2].map((attempt) => ({ ...invalidated(cell), attempt }))
          : [cell],
      ),
    )
    expect(validity.cells).toMatchObject({ completed: 34, invalid: 3, repeated: 2 })
  })

  it('keeps what failed apart, with its cause', () => {
    const results = run(6, (cells) =>
      cells.map(({ strategy, arm, scenario, params, round, position }, index): Cell => {
        const cell = cells[index]
        const error = { code: 'SERVER_EXITED', message: 'the server stopped with code 1\nits last lines' }
        return strategy === 'alike' || cell === undefined
          ? { state: 'failed', strategy, arm, scenario, params, round, position, attempt: 0, error }
          : cell
      }),
    )
    expect(results.validity).toMatchObject({ verdict: 'invalid', cells: { failed: 6 } })
    expect(results.validity.reasons).toEqual([
      'alike: no round was completed. First cause: the server stopped with code 1',
    ])
  })

  it('calls an interrupted run partial, and one without cells invalid', () => {
    const context = fakeContext(STRATEGIES, 6)
    const partial = run(6, (cells) => cells.slice(0, 20), { run: { ...context.run, partial: true } })
    expect(partial.validity.verdict).toBe('partial')
    expect(partial.validity.reasons).toHaveLength(2)
    expect(partial.validity.reasons[0]).toContain('stopped before its end')
    const empty = analyse([], context)
    expect(empty.validity.verdict).toBe('invalid')
    expect(resultsSchema.parse(empty).comparisons).toEqual([])
  })

  it('does not let a stopped run hide that it is invalid or has too few rounds', () => {
    const partial = { run: { ...fakeContext(STRATEGIES, 6).run, partial: true } }
    const invalid = run(
      6,
      (cells) => cells.map((cell) => (cell.strategy === 'dear' ? invalidated(cell) : cell)),
      partial,
    )
    expect(invalid.validity.verdict).toBe('invalid')
    const unjudged = run(5, (cells) => cells, partial)
    expect(unjudged.validity.verdict).toBe('unjudged')
    for (const { validity } of [invalid, unjudged])
      expect(validity.reasons).toContainEqual(expect.stringContaining('stopped before its end'))
  })

  it('calls a run partial that was stopped in its first round', () => {
    const context = fakeContext(STRATEGIES, 40)
    const stopped = fakeCells({ strategies: STRATEGIES, rounds: 1 }).map(
      (cell): Cell => (cell.state === 'failed' ? cell : { ...cell, state: 'interrupted' }),
    )
    const { validity } = analyse(stopped, { ...context, run: { ...context.run, partial: true } })
    expect(validity.verdict).toBe('partial')
    expect(validity.reasons).toContainEqual(
      expect.stringMatching(/dear.*: no round was completed before the run was stopped\./),
    )
  })

  it('lists checks briefly: what passed in one row, what did not per strategy', () => {
    const { checks } = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'dear' && cell.round < 2 ? invalidated(cell) : cell)),
    ).validity
    const rows = checks.filter(({ id }) => id === 'statuses')
    expect(rows.map(({ outcome, strategy, cells }) => [outcome, strategy, cells])).toEqual([
      ['invalid', 'dear', 2],
      ['ok', null, 28],
    ])
    // All other checks, which pass, and the one that does not.
    expect(checks).toHaveLength(19)
  })

  it('blames a cell that is part of no number for nothing but what made it invalid', () => {
    const drifting = (cell: Cell): Cell => {
      const lost = invalidated(cell)
      const [check] = lost.state === 'invalid' ? lost.checks : []
      if (lost.state !== 'invalid' || check === undefined) throw new Error('no cell')
      return { ...lost, checks: [check, { ...check, id: 'drift', value: 0.29, outcome: 'warn' }] }
    }
    const { validity, findings } = run(6, (cells) =>
      cells.map((cell) => (cell.strategy === 'dear' && cell.round === 0 ? drifting(cell) : cell)),
    )
    const outcomes = validity.checks.filter(({ outcome }) => outcome !== 'ok').map(({ id }) => id)
    expect(outcomes).toEqual(['statuses'])
    expect(findings.map(({ kind }) => kind)).not.toContain('drift')
  })
})
