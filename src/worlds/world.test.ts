import { expect, test } from 'vitest'
import { rolesNamed } from './roles.ts'
import { worldText } from './words.ts'
import { isSameWorld, saidBy, USUAL_WORLD, worldWith } from './world.ts'

test('a part changes what it says and nothing else', () => {
  const world = worldWith(worldWith(USUAL_WORLD, { handler: { waitMs: 5 } }), { handler: { cpuUs: 50 } })
  expect(world).toEqual({ ...USUAL_WORLD, handler: { waitMs: 5, cpuUs: 50, rows: 'none' } })
  expect(isSameWorld(worldWith(world, { handler: { waitMs: 0, cpuUs: 0 } }), USUAL_WORLD)).toBe(true)
  expect(isSameWorld(world, USUAL_WORLD)).toBe(false)
})

test('zero is said, silence is not', () => {
  expect(saidBy({ handler: { waitMs: 0 }, roles: 0 })).toEqual(['handler.waitMs', 'roles'])
  expect(saidBy({})).toEqual([])
})

test('the usual world needs no words', () => {
  expect(worldText(USUAL_WORLD)).toBeNull()
  expect(
    worldText({
      handler: { waitMs: 5, cpuUs: 200, rows: 'redis' },
      roles: 1,
      storeRttMs: 0,
      link: null,
      tls: true,
    }),
  ).toBe(
    'the handler waits 5 ms, computes 200 µs, reads a row from Redis; clients speak TLS; every credential has 1 role',
  )
})

test('roles are distinct, and each takes 28 bytes of a token', () => {
  const roles = rolesNamed(2000)
  expect(new Set(roles).size).toBe(2000)
  const bytes = Buffer.from(JSON.stringify(roles)).toString('base64url').length
  expect(bytes / roles.length).toBeCloseTo(28, 1)
})
