import { describe, expect, it } from 'vitest'
import { type EngineRequest, OWN } from '../load/engine.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import type { Step } from '../scenarios/scenario.ts'
import { flowOf } from './flow.ts'

const SESSION = { state: 'stateful', refreshes: false } as const
const PAIR = { state: 'hybrid', refreshes: true } as const
const NONE = { state: 'none', refreshes: false } as const
const config = { connections: 4, pool: 40, transport: 'bearer' } as const

const stepsOf = (id: string): readonly Step[] => {
  const steps = SCENARIOS.find((scenario) => scenario.id === id)?.steps
  if (steps === undefined) throw new Error(`no steps in ${id}`)
  return steps
}
const walkOf = (requests: readonly EngineRequest[], connection: number, connections = 4) =>
  requests.filter((_, index) => index % connections === connection)
const pathsOf = (requests: readonly EngineRequest[]) =>
  requests.map(({ method, path }) => `${method} ${path}`)
const userOf = ({ body = '{}' }: EngineRequest): unknown => JSON.parse(body).subject
const count = (steps: readonly string[], step: string) => steps.filter((each) => each === step).length

describe('flows', () => {
  it('lets in every user of the pool, each connection others than the next', () => {
    const { requests, opening } = flowOf(['login'], SESSION, config)
    expect(opening).toBeUndefined()
    expect(requests).toHaveLength(40)
    expect(new Set(requests.map(userOf)).size).toBe(40)
    const users = [0, 1, 2, 3].map((connection) => walkOf(requests, connection).map(userOf))
    expect(new Set(users.flat()).size).toBe(40)
    for (const request of requests) {
      expect(request).toMatchObject({ method: 'POST', path: '/login', cohort: 'login', keeps: true })
      expect(request).not.toHaveProperty('leads')
    }
  })

  it('keeps a login and its logout together in one window', () => {
    const { requests, opening } = flowOf(['login', 'logout'], SESSION, config)
    expect(opening).toBeUndefined()
    for (const connection of [0, 1, 2, 3]) {
      const walk = walkOf(requests, connection)
      expect(pathsOf(walk.slice(0, 3))).toEqual(['POST /login', 'POST /logout', 'POST /login'])
      expect(walk.map(({ leads }) => leads === true)).toEqual(walk.map((_, index) => index % 2 === 0))
    }
    expect(requests.find(({ path }) => path === '/logout')).toMatchObject({
      headers: { authorization: `Bearer ${OWN}` },
      sends: 'credential',
      expectStatus: 204,
      cohort: 'logout',
    })
  })

  it('opens with a login where the steps do not begin with one', () => {
    const { requests, opening } = flowOf(['refresh'], PAIR, config)
    expect(opening?.map(userOf)).toEqual(['user-0000001', 'user-0000002', 'user-0000003', 'user-0000004'])
    expect(opening?.every(({ keeps }) => keeps)).toBe(true)
    expect(requests).toHaveLength(4)
    expect(requests[0]).toMatchObject({
      path: '/refresh',
      body: JSON.stringify({ refresh_token: OWN }),
      keeps: true,
      sends: 'refresh token',
    })
  })

  it('presents nothing to a server that does not ask', () => {
    const { requests } = flowOf(stepsOf('mixed'), NONE, config)
    expect(requests.every(({ headers, sends }) => !('authorization' in headers) && sends === undefined)).toBe(
      true,
    )
    expect(requests.some(({ path }) => path === '/me')).toBe(true)
  })

  it('sends what a browser sends where the credential is a cookie', () => {
    const { requests } = flowOf(['login', 'read', 'logout'], SESSION, { ...config, transport: 'cookie' })
    const [login, read, logout] = walkOf(requests, 0)
    expect(login?.headers).toEqual({
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    })
    expect(read?.headers.cookie).toContain(OWN)
    expect(logout?.headers).toMatchObject({ 'sec-fetch-site': 'same-origin', cookie: read?.headers.cookie })
  })

  it('is not longer than it takes time to prepare', () => {
    const large = { ...config, pool: 50_000 }
    expect(flowOf(stepsOf('mixed'), SESSION, large).requests.length).toBeLessThanOrEqual(10_000)
    expect(flowOf(stepsOf('login'), SESSION, large).requests.length).toBeLessThanOrEqual(10_000)
  })

  it('goes round at least once, with users again where the pool has fewer than logins', () => {
    const { requests } = flowOf(stepsOf('mixed'), SESSION, { ...config, pool: 4 })
    expect(requests).toHaveLength(400)
    expect(new Set(walkOf(requests, 2).flatMap((request) => userOf(request) ?? []))).toEqual(
      new Set(['user-0000003']),
    )
  })
})

describe('the mix', () => {
  const steps = stepsOf('mixed')

  it('is 90 reads, 4 logins, 3 logouts and 3 refreshes, in the same order in every run', () => {
    expect(steps).toHaveLength(100)
    expect((['read', 'login', 'logout', 'refresh'] as const).map((step) => count(steps, step))).toEqual([
      90, 4, 3, 3,
    ])
    expect(steps.join(' ')).not.toMatch(/(read ){22}|login logout/)
  })

  it('never uses a session that was ended', () => {
    for (const [index, step] of steps.entries()) {
      if (step === 'logout') expect(steps[(index + 1) % steps.length]).toBe('login')
    }
  })

  it('begins elsewhere on every connection, in a session that it opened', () => {
    const { requests, opening } = flowOf(steps, PAIR, config)
    expect(opening).toHaveLength(4)
    const walks = [0, 1, 2, 3].map((connection) => pathsOf(walkOf(requests, connection)).join(' '))
    expect(new Set(walks).size).toBe(4)
    const lap = walkOf(requests, 1).slice(0, 100)
    expect(
      count(
        lap.map(({ cohort = '' }) => cohort),
        'refresh',
      ),
    ).toBe(3)
  })

  it('logs in again where nothing can be refreshed', () => {
    const lap = walkOf(flowOf(steps, SESSION, config).requests, 0).slice(0, 100)
    const cohorts = lap.map(({ cohort = '' }) => cohort)
    expect(count(cohorts, 'login')).toBe(7)
    expect(count(cohorts, 'refresh')).toBe(0)
  })
})
