import type { Subject } from '../harness/checked-server.ts'
import { openForger } from './forger.ts'
import { broughtKeys, extended, namedKeys, otherAlgorithms, otherTypes } from './hostile-tokens.ts'
import type { TokenFormat } from './minter.ts'

/** JWS in its compact form (RFC 7515). */
export async function signedTokens(subject: Subject): Promise<TokenFormat | null> {
  const forger = await openForger(subject)
  if (forger.issued === null) return null
  const { keys, otherKeys } = subject.environment
  const otherKey = otherKeys[forger.algorithm]
  return {
    claims: forger.claims,
    mint: forger.token,
    severalAudiences: true,
    otherAlgorithms: () => otherAlgorithms(forger, keys),
    broughtKeys: (address) => broughtKeys(forger, otherKey, address),
    namedKeys: () => namedKeys(forger, otherKey),
    extended: () => extended(forger),
    otherTypes: () => otherTypes(forger),
  }
}
