import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'races and thefts of refresh tokens end as each rotation promises, at any speed of the machine',
  { timeout: 180_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'refresh-race').ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'refresh-race', complete: true, void: 0, broken: [] })
    const figures = experiment?.figures ?? []
    const of = (id: string, subject: string) =>
      figures.flatMap((figure) =>
        figure.id === id && figure.subject === subject
          ? [[figure.params.situation, figure.estimate.value]]
          : [],
      )
    const situations = [
      '2 tabs refresh at once',
      '10 tabs refresh at once',
      'a tab that is two refreshes and 1 s late',
      'the answer is lost, retry after 1 s',
      'the answer is lost, retry after 1 min',
    ]
    const thefts = ['thief first, user', 'user first, thief', 'user twice, thief'].flatMap((who) =>
      ['1 s', '1 min'].map((later) => `${who} ${later} later`),
    )
    const expected = {
      'jwt-refresh': { loggedOut: [1, 1, 1, 1, 1], noticed: [1, 1, 1, 1, 1, 1] },
      'jwt-refresh-leeway': { loggedOut: [0, 0, 1, 0, 1], noticed: [0, 1, 0, 1, 1, 1] },
      'jwt-refresh-idempotent': { loggedOut: [0, 0, 0, 0, 1], noticed: [0, 1, 0, 1, 0, 1] },
    }
    for (const [id, { loggedOut, noticed }] of Object.entries(expected)) {
      expect(of('false-logouts', id)).toEqual(situations.map((text, index) => [text, loggedOut[index]]))
      expect(of('thefts-noticed', id)).toEqual(thefts.map((text, index) => [text, noticed[index]]))
      expect(of('window', id)).toContainEqual(['thief first, user 1 min later', 60_000])
    }
    run.expectNothingLeft([])
  },
)
