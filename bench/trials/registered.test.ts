import { expect, test } from 'vitest'
import hmacTicket from '../../servers/examples/hmac-ticket.ts'
import { STRATEGIES } from '../../servers/registry.ts'
import { oneOfEach, registeredOf } from './registered.ts'

const own = { ...hmacTicket, id: 'mine', title: 'My ticket' }
const withRedis = STRATEGIES['session-redis']
const token = STRATEGIES['jwt-hs256']

test.each([
  [true, [withRedis, token], ['My ticket']],
  [false, [token], ['My ticket', withRedis.title]],
] as const)('no strategy is left out without a word; Redis is there: %s', (hasRedis, usable, leftOut) => {
  const said: string[] = []
  const found = registeredOf({
    strategies: [own, withRedis, token],
    has: () => hasRedis,
    leaveOut: (sentence) => void said.push(sentence),
  })
  expect(found).toEqual(usable)
  expect(said).toEqual(leftOut.map((title) => expect.stringContaining(title)))
})

test('of each kind one takes part, and whom it stands for is said', () => {
  const said: string[] = []
  const signed = STRATEGIES['jwt-es256']
  const context = { strategies: [token, withRedis, signed], has: () => true }
  const found = oneOfEach(
    { ...context, leaveOut: (sentence) => void said.push(sentence) },
    ({ state }) => state,
  )
  expect(found).toEqual([token, withRedis])
  expect(said).toEqual([`${token.title} stands for others of its kind: ${signed.title}.`])
})
