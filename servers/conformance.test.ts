import { afterAll, beforeAll, describe, it } from 'vitest'
import { type ConformanceEnvironment, conformanceCases, runConformanceCase } from './conformance.ts'
import { generateKeys } from './keys.ts'
import { STRATEGIES } from './registry.ts'
import { startRedis } from './testing/redis.ts'

let environment: ConformanceEnvironment

beforeAll(async () => {
  const [keys, otherKeys, redis] = await Promise.all([generateKeys(), generateKeys(), startRedis()])
  environment = { keys, otherKeys, redis }
})

afterAll(() => environment.redis.stop())

describe.each(Object.values(STRATEGIES))('$id', (strategy) => {
  for (const conformanceCase of conformanceCases(strategy)) {
    it(conformanceCase.name, () => runConformanceCase(conformanceCase, strategy, environment))
  }
})
