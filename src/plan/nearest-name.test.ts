import { describe, expect, it } from 'vitest'
import { nearest } from './nearest-name.ts'

describe('nearest', () => {
  const strategies = ['none', 'jwt-hs256', 'jwt-hs256-fast', 'session-redis', 'jwt-blacklist']

  it.each([
    ['jwt-hs265', 'jwt-hs256'],
    ['JWT-HS256', 'jwt-hs256'],
    ['redis', 'session-redis'],
    ['sesion-redis', 'session-redis'],
    ['blacklist', 'jwt-blacklist'],
    ['nome', 'none'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearest(typed, strategies)).toBe(meant)
  })

  it('has nothing to offer where nothing is valid', () => {
    expect(nearest('x', [])).toBeNull()
  })
})
