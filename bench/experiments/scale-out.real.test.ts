import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'a sticky cookie keeps sessions in memory until their instance goes, and turns keep none',
  { timeout: 300_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'scale-out', '--strategies', 'session-memory').ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'scale-out', complete: true, broken: [] })
    const of = (id: string, by: 'instances' | 'change', balance: string) =>
      Object.fromEntries(
        (experiment?.figures ?? [])
          .filter((figure) => figure.id === id && figure.params.balance === balance && by in figure.params)
          .map(({ params, estimate }) => [params[by], estimate.value]),
      )
    for (const balance of ['round robin', 'least connections']) {
      expect(of('refused-users', 'instances', balance)).toEqual({ 1: 0, 2: 20, 4: 20 })
      expect(of('lost', 'change', balance)).toMatchObject({ 'scale out': 20, 'rolling restart': 20 })
    }
    expect(of('refused-users', 'instances', 'sticky cookie')).toEqual({ 1: 0, 2: 0, 4: 0 })
    expect(of('lost', 'change', 'sticky cookie')).toEqual({
      'scale out': 0,
      'scale in': 10,
      'rolling restart': 20,
      kill: 10,
    })
    expect(of('imbalance', 'change', 'sticky cookie')).toMatchObject({ 'scale out': 2 })
    const cpu = (experiment?.figures ?? []).filter(({ id }) => id === 'cpu')
    expect(cpu.map(({ params }) => params.instances)).toEqual([1, 2, 4])
    run.expectNothingLeft([])
  },
)
