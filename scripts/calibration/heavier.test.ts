import { expect, test } from 'vitest'
import type { Authenticator } from '../../servers/contract.ts'
import { none } from '../../servers/strategies/none.ts'
import { heavier, kept } from './heavier.ts'

class Counting implements Authenticator {
  #asked = 0
  readonly issue = () => 'credential'
  verify() {
    this.#asked += 1
    return { sub: `user-${this.#asked}`, claims: {} }
  }
  revoke(): void {}
  storeBytes(): number {
    return this.#asked
  }
  async close(): Promise<void> {}
}

test('a verification allocates an array more, and all that the authenticator can is still there', async () => {
  const strategy = heavier({ ...none, id: 'counting', open: async () => new Counting() }, 104)
  const authenticator = await strategy.open(Object.create(null))
  kept.last = []
  expect(await authenticator.verify('credential')).toMatchObject({ sub: 'user-1' })
  expect(kept.last).toHaveLength(7)
  expect(await authenticator.storeBytes?.()).toBe(1)
})
