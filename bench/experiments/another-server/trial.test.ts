import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { headerOf } from '../../../servers/conformance/formats/forger.ts'
import { startCanary } from '../../../servers/conformance/harness/canary.ts'
import type { AuthStrategy, KeyMaterial } from '../../../servers/contract.ts'
import { STRATEGIES } from '../../../servers/registry.ts'
import { otherTestKeys, testKeys } from '../../../servers/testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../../servers/tokens/default-profile.ts'
import { openStage } from '../../trials/stage.ts'
import { openServices } from './services.ts'
import { trialOf } from './trial.ts'

const SERVICES = 2
const token = DEFAULT_TOKEN_PROFILE
const signed = STRATEGIES['jwt-es256']

let keys: KeyMaterial
let otherKeys: KeyMaterial
beforeAll(async () => {
  ;[keys, otherKeys] = await Promise.all([testKeys(), otherTestKeys()])
})

/** It asks somebody before it verifies, and makes nothing of the answer. */
const asking = (addressIn: (credential: string) => unknown): AuthStrategy => ({
  ...signed,
  async open(deps) {
    const tokens = await signed.open(deps)
    return {
      ...tokens,
      async verify(credential = '', request) {
        const address = addressIn(credential)
        if (typeof address === 'string') await (await fetch(address)).text()
        return tokens.verify(credential, request)
      },
    }
  },
})

async function observed(strategy: AuthStrategy) {
  const canary = await startCanary({ ...otherKeys })
  onTestFinished(canary.close)
  const config = { transport: 'bearer', ttlSeconds: 3600 } as const
  const world = { config, keys, token, strategies: [], files: new Map() }
  const { stage, leave } = openStage(world, new AbortController().signal)
  try {
    const services = await openServices(stage, { keys, token, ttlSeconds: 3600 }, strategy, null, SERVICES)
    const all = await trialOf({ strategy, world: services, otherKeys, canary })
    const forged = all.find((each) => each.kind === 'misused' && each.how === 'forged')
    const phases = all.flatMap((each) => (each.kind === 'served' ? [each.calls] : []))
    return { accepted: forged && 'accepted' in forged ? forged.accepted : null, phases }
  } finally {
    await leave()
  }
}

test('services that verify by themselves ask nobody, and accept nothing that is forged', async () => {
  expect(await observed(signed)).toEqual({ accepted: 0, phases: [0, 0, 0, 0] })
})

test('a service that asks somebody is seen to, whomever it asks and however it refuses', async () => {
  const somebody = await startCanary({})
  onTestFinished(somebody.close)
  const { phases } = await observed(asking(() => somebody.origin))
  for (const calls of phases) expect(calls).toBeGreaterThan(0)
})

test('a service that asks the address in a forged token has accepted it', async () => {
  const { accepted, phases } = await observed(asking((credential) => headerOf(credential)?.jku))
  expect(accepted).toBe(2)
  expect(phases).toEqual([0, 0, 0, 0])
})
