import { expect, test } from 'vitest'
import { startCanary } from '../../../servers/conformance/harness/canary.ts'
import { otherTestKeys } from '../../../servers/testing/test-deps.ts'
import { outcomesOf } from './outcomes.ts'

test('who asks the address in a token has accepted it, whatever it makes of the keys there', async () => {
  const canary = await startCanary({ ...(await otherTestKeys()) })
  try {
    const verify = async (token: string) => {
      if (token === 'jku') {
        const { keys } = JSON.parse(await (await fetch(canary.origin)).text())
        expect(keys.length).toBeGreaterThan(0)
        expect(keys.filter((key: object) => 'd' in key)).toEqual([])
      }
      if (token !== 'open') throw new Error('refused')
    }
    const tokens = ['jku', 'open', 'closed'].map((text) => [text, text] as const)
    expect(await outcomesOf(verify, tokens, canary.hits)).toEqual([
      ['jku, which was asked for keys', true],
      ['open', true],
      ['closed', false],
    ])
  } finally {
    await canary.close()
  }
})
