import { expect, test } from 'vitest'
import type { Granted } from './requests.ts'
import { countRefused } from './users.ts'

const { signal } = new AbortController()
const granted = (status: number): Granted => ({ status, credential: '', refreshToken: '' })

test('a refresh that is answered with 503 is not sent again: the second try would look like a theft', async () => {
  const sent: string[] = []
  const strict = {
    me: async () => 200,
    refresh: async (refreshToken: string) => {
      sent.push(refreshToken)
      return granted(sent.length === 1 ? 503 : 400)
    },
  }
  await expect(countRefused(strict, [{ credential: 'a', refreshToken: 'b' }], signal)).rejects.toThrow('503')
  expect(sent).toEqual(['b'])
})

test('users are counted who are refused, each by the refresh token where there is one', async () => {
  const requests = {
    me: async (credential: string) => (credential === 'known' ? 200 : 401),
    refresh: async (refreshToken: string) => granted(refreshToken === 'known' ? 200 : 400),
  }
  const users = [
    { credential: 'known', refreshToken: '' },
    { credential: 'unknown', refreshToken: '' },
    { credential: 'unknown', refreshToken: 'known' },
    { credential: 'known', refreshToken: 'unknown' },
  ]
  expect(await countRefused(requests, users, signal)).toBe(2)
})

test('a read that is answered with 503 is sent again', async () => {
  const answers = [503, 200].values()
  const requests = { me: async () => answers.next().value ?? 401, refresh: async () => granted(400) }
  expect(await countRefused(requests, [{ credential: 'a', refreshToken: '' }], signal)).toBe(0)
})
