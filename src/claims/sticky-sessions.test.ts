import { describe, expect, test } from 'vitest'
import { exactEstimate } from '../results/estimate.ts'
import { fakeExperiment } from '../testing/fake-experiment.ts'
import { quiet } from '../testing/quiet-run.ts'
import { stickySessions } from './sticky-sessions.ts'

/** Users lost by strategy, with a sticky cookie and without. */
const judge = (lost: Readonly<Record<string, { readonly sticky: number; readonly turns: number }>>) =>
  stickySessions.judge({
    ...quiet,
    experiments: [
      fakeExperiment(
        'scale-out',
        Object.entries(lost).flatMap(([subject, { sticky, turns }]) =>
          Object.entries({ 'sticky cookie': sticky, 'round robin': turns }).map(([balance, value]) => ({
            id: 'lost',
            title: 'Users who have to log in again',
            subject,
            label: subject,
            params: { balance, change: 'kill' },
            unit: '',
            estimate: exactEstimate(value, 1),
          })),
        ),
      ),
    ],
  })

const memory = { sticky: 10, turns: 20 }
const nobody = { sticky: 0, turns: 0 }

describe('JWT is worth it once sticky sessions become a problem', () => {
  test('is refuted where sessions in Redis lose nobody either', () => {
    const { verdict, why } = judge({
      'session-memory': memory,
      'session-redis': nobody,
      'jwt-es256': nobody,
    })
    expect(verdict).toBe('refuted')
    expect(why).toMatch(/10 users had to log in again .*, and nobody with Session in Redis/)
  })

  test('is supported where only tokens lose nobody', () => {
    const seen = { 'session-memory': memory, 'session-redis': { sticky: 0, turns: 1 }, 'jwt-es256': nobody }
    expect(judge(seen).verdict).toBe('supported')
  })

  test('depends where tokens lose users as well, or sticky sessions none', () => {
    const one = { sticky: 0, turns: 1 }
    expect(judge({ 'session-memory': memory, 'session-redis': one, 'jwt-es256': one }).verdict).toBe(
      'depends',
    )
    const harmless = { 'session-memory': nobody, 'session-redis': nobody, 'jwt-es256': nobody }
    expect(judge(harmless).verdict).toBe('depends')
  })

  test('is not measured without one of the three, or without the experiment', () => {
    expect(judge({ 'session-memory': memory, 'session-redis': nobody }).verdict).toBe('not measured')
    expect(stickySessions.judge(quiet).verdict).toBe('not measured')
  })
})
