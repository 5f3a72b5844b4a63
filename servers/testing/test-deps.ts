// In this folder: what tests of strategies share.

import type { KeyMaterial, StrategyDeps } from '../contract.ts'
import { memoryStore } from '../stores/memory.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { generateKeys } from '../tokens/keys.ts'

let shared: Promise<KeyMaterial> | undefined
let foreign: Promise<KeyMaterial> | undefined

/** Made once for each test process: RSA keys take their time. */
export const testKeys = (): Promise<KeyMaterial> => (shared ??= generateKeys())

/** Somebody else's. */
export const otherTestKeys = (): Promise<KeyMaterial> => (foreign ??= generateKeys())

/** For strategies that need neither Redis nor an auth server; what a test is about goes into `changes`. */
export async function testDeps(changes: Partial<StrategyDeps> = {}): Promise<StrategyDeps> {
  const now = changes.now ?? Date.now
  return {
    now,
    clock: () => performance.now(),
    ttlSeconds: 60,
    keys: await testKeys(),
    token: DEFAULT_TOKEN_PROFILE,
    store: async () => memoryStore(now),
    redis: () => Promise.reject(new Error('this test has no Redis')),
    folder: '',
    authServer: null,
    ...changes,
  }
}
