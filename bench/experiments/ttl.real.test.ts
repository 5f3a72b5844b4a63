import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'users refresh as often as the model says, and a logout leaves an access token the rest of its life',
  { timeout: 120_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'ttl', '--strategies', 'jwt-refresh').ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'ttl', complete: true, void: 0, broken: [] })
    const of = (id: string) =>
      (experiment?.figures ?? []).flatMap((figure) =>
        figure.id === id && figure.subject === 'jwt-refresh' ? [figure.estimate.value] : [],
      )
    for (const [index, counted] of of('check.counted').entries()) {
      expect(Math.abs(counted - (of('check.model')[index] ?? 0))).toBeLessThan(2)
    }
    // Minutes, of lives of 1 min, 10 min and 4 h: logouts come after a sixth, a half and five sixths.
    expect(of('check.exposure.mean')).toEqual([0.5, 5, 120])
    expect(of('check.exposure.max').map((minutes) => Math.round(10 * minutes) / 10)).toEqual([0.8, 8.3, 200])
    expect(of('cost.ratio')).toHaveLength(1)
    run.expectNothingLeft([])
  },
)
