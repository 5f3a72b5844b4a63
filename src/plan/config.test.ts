import { describe, expect, it } from 'vitest'
import { type Options, resolveConfig } from './config.ts'
import { PROFILES } from './profiles.ts'

const resolve = (options: Options) =>
  resolveConfig(
    options,
    {
      strategies: ['none', 'jwt-hs256', 'session-redis', 'jwe'],
      usual: ['none', 'jwt-hs256', 'session-redis'],
      scenarios: ['verify'],
    },
    { profile: 'quick', seed: 5, extraClaims: [] },
  )

describe('resolveConfig', () => {
  it('fills in everything from the profile', () => {
    expect(resolve({})).toMatchInlineSnapshot(`
      {
        "against": false,
        "arrivals": "poisson",
        "connections": 16,
        "extraClaims": [],
        "pacedConnections": 64,
        "pacedSliceMs": 500,
        "pacedSlicesPerRound": 4,
        "pool": 1000,
        "popularity": "cycle",
        "profile": "quick",
        "rounds": 6,
        "scenarios": [
          "verify",
        ],
        "seed": 5,
        "sliceMs": 125,
        "slicesPerRound": 4,
        "sloMs": 25,
        "strategies": [
          "none",
          "jwt-hs256",
          "session-redis",
        ],
        "transport": "bearer",
        "trialMs": 300,
        "ttlSeconds": 1800,
        "warmupLimitMs": 20000,
        "warmupRequests": 8000,
      }
    `)
  })

  it('gives windows of several machines the time that it takes to ask for them, and takes any that is asked for', () => {
    const windowsOf = (options: Options) => resolve({ profile: 'quick', ...options }).sliceMs
    expect(windowsOf({ agents: 2 })).toBe(400)
    expect(windowsOf({ agents: 2, window: 90 })).toBe(90)
    expect(windowsOf({ window: 90 })).toBe(90)
  })

  it('runs the usual strategies every day, and all of them where that is asked for', () => {
    expect(resolve({ profile: 'ci' }).strategies).not.toContain('jwe')
    expect(resolve({ profile: 'full' }).strategies).toContain('jwe')
    expect(resolve({ strategies: ['all'] }).strategies).toContain('jwe')
  })

  it('measures an endpoint of others alone, unless strategies are named beside it', () => {
    const choices = {
      strategies: ['none', 'jwe', 'target'],
      usual: ['none', 'jwe'],
      added: ['target'],
      alone: ['target'],
      scenarios: ['verify'],
    }
    const chosen = (options: Options) =>
      resolveConfig(options, choices, { profile: 'full', seed: 1, extraClaims: [] }).strategies
    expect(chosen({ target: 'http://127.0.0.1/' })).toEqual(['target'])
    expect(chosen({ target: 'http://127.0.0.1/', strategies: ['jwe'] })).toEqual(['none', 'jwe', 'target'])
  })

  it('always runs the strategies that the user brought', () => {
    const choices = {
      strategies: ['none', 'jwe', 'mine'],
      usual: ['none'],
      added: ['mine'],
      scenarios: ['verify'],
    }
    const chosen = (options: Options) =>
      resolveConfig(options, choices, { profile: 'quick', seed: 1, extraClaims: [] }).strategies
    expect(chosen({})).toEqual(['none', 'mine'])
    expect(chosen({ strategies: ['jwe'] })).toEqual(['none', 'jwe', 'mine'])
    expect(chosen({ profile: 'full' })).toEqual(['none', 'jwe', 'mine'])
  })

  it('adds the baseline, without which there is no cost of authentication', () => {
    expect(resolve({ strategies: ['session-redis'] }).strategies).toEqual(['none', 'session-redis'])
  })

  it('names the nearest valid word for each mistake, all at once', () => {
    expect(() =>
      resolve({ strategies: ['jwt-hs265'], scenarios: ['verfy'], profile: 'quik', transport: 'cooky' }),
    ).toThrow(
      expect.objectContaining({
        code: 'OPTIONS_INVALID',
        exitCode: 2,
        message: expect.stringMatching(
          /did you mean 'quick'[\s\S]*did you mean 'jwt-hs256'[\s\S]*did you mean 'verify'[\s\S]*did you mean 'cookie'/,
        ),
      }),
    )
  })

  it('does not take a property of every object for a profile', () => {
    expect(() => resolve({ profile: 'constructor' })).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID' }),
    )
  })

  it('refuses fewer credentials than connections', () => {
    expect(() => resolve({ pool: 3 })).toThrow(/pool of 3 credentials/)
  })

  it('measures a strategy once however often it is named', () => {
    expect(resolve({ strategies: ['jwt-hs256', 'jwt-hs256'] }).strategies).toEqual(['none', 'jwt-hs256'])
  })

  it('runs every experiment with a small set of strategies for the article, and with all of them for publishing', () => {
    const choices = {
      strategies: [...PROFILES.article.strategies, 'jwe', 'jwt-refresh', 'jwt-refresh-leeway'],
      scenarios: ['verify', 'login'],
      experiments: { race: ['jwt-refresh', 'jwt-refresh-leeway', 'jwe'], size: ['jwe'] },
    }
    const chosen = (options: Options) =>
      resolveConfig(options, choices, { profile: 'quick', seed: 1, extraClaims: [] })
    expect(chosen({})).not.toHaveProperty('experiments')
    expect(chosen({ profile: 'article' })).toMatchObject({
      scenarios: ['verify'],
      experiments: ['race', 'size'],
      strategies: PROFILES.article.strategies,
    })
    expect(chosen({ profile: 'full' })).toMatchObject({ experiments: ['race', 'size'] })
    expect(chosen({ profile: 'article', scenarios: ['race'] }).strategies).toEqual([
      'jwt-refresh',
      'jwt-refresh-leeway',
    ])
    // An experiment that is about none of those is about whom it is about.
    expect(chosen({ profile: 'article', scenarios: ['size'] }).strategies).toEqual(['jwe'])
    // Beside another checkout the question is another one.
    expect(chosen({ profile: 'article', against: '.' })).not.toHaveProperty('experiments')
  })
})
