import { randomBytes } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { PROOF_ALGORITHM } from '../../contract.ts'
import { PROOF_TYPE, tokenHash } from '../../tokens/dpop.ts'
import type { Header, RawRequest } from '../harness/raw-http.ts'
import type { Claims } from './forger.ts'

const HEADER = 'DPoP'
const CREDENTIAL = /^(?:dpop|bearer) +(.*)$/i

/** What of a proof is to be other than right; `undefined` leaves a claim out. */
export interface Twist {
  readonly claims?: Claims
  readonly header?: Readonly<Record<string, unknown>>
  readonly algorithm?: string
  /** Who signs, whatever key it names. */
  readonly signer?: CryptoKey
}

/** A client with a key of its own, which signs what it sends (RFC 9449 section 4). */
export interface Prover {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** For one request: to this path, with this token. */
  proof(request: { method: string; path: string; token: string | null }, twist?: Twist): Promise<string>
  /** With a proof, where it has none. */
  proven(request: RawRequest): Promise<RawRequest>
}

/** @param address under which the API is known */
export async function openProver(address: string, now: () => number): Promise<Prover> {
  const { privateKey, publicKey } = await generateKeyPair(PROOF_ALGORITHM, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  const prover: Prover = {
    privateKey,
    publicJwk,
    proof(
      { method, path, token },
      { claims, header, algorithm = PROOF_ALGORITHM, signer = privateKey } = {},
    ) {
      const { origin, pathname } = new URL(path, address)
      const own = {
        jti: randomBytes(16).toString('base64url'),
        htm: method,
        htu: `${origin}${pathname}`,
        iat: Math.floor(now() / 1000),
        ...(token === null ? {} : { ath: tokenHash(token) }),
      }
      return new SignJWT({ ...own, ...claims })
        .setProtectedHeader({ alg: algorithm, typ: PROOF_TYPE, jwk: publicJwk, ...header })
        .sign(signer)
    },
    async proven(request) {
      const { headers = [], method = 'GET', path } = request
      const named = (name: string) => headers.filter(([field]) => field.toLowerCase() === name)
      if (named('dpop').length > 0) return request
      const [authorization] = named('authorization')
      const token = authorization === undefined ? null : (CREDENTIAL.exec(authorization[1])?.[1] ?? null)
      const own: Header = [HEADER, await prover.proof({ method, path, token })]
      return { ...request, headers: [...headers, own] }
    },
  }
  return prover
}
