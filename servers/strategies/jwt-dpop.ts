import type { FastifyRequest } from 'fastify'
import { type AuthStrategy, ProofRefusedError } from '../contract.ts'
import type { Proven } from '../tokens/dpop.ts'
import { NOT_REVOCABLE } from '../tokens/logout-exceptions.ts'
import { STATELESS_TOKEN } from '../tokens/stateless-token.ts'

/**
 * The token of jwt-es256, bound to the key of its client (RFC 9449). Whoever steals it needs that key as well. Nothing is looked up:
 * the ids of proofs of the last minute are kept in each process, so that none counts twice there.
 */
export const jwtDpop = {
  ...STATELESS_TOKEN,
  title: 'JWT ES256 + DPoP (jose)',
  summary:
    'Stateless access token that is bound to a key of its client: every request carries a proof, signed for this request alone.',
  ownClaims: ['cnf'],
  proof: 'dpop',
  stores: 'the ids of the proofs of the last minute, in each process',
  fixedStore: true,
  exceptions: {
    ...NOT_REVOCABLE,
    J21: {
      reason:
        'the ids of proofs are kept in each process: another one takes a proof that was used, for a minute',
      cases: ['refuses a proof that another node has taken'],
    },
  },
  library: 'jose',
  async open(deps) {
    // Loaded by the servers that use it, not by every one.
    const [{ joseCodec }, { proofCheck }] = await Promise.all([
      import('../tokens/jose.ts'),
      import('../tokens/dpop.ts'),
    ])
    const codec = await joseCodec('ES256', deps)
    const check = proofCheck(deps)
    return {
      async issue(subject, request) {
        const key = request === undefined ? null : await check(request.headers.dpop, provenBy(request, null))
        if (key === null) throw new ProofRefusedError()
        return codec.sign(subject, { cnf: { jkt: key } })
      },
      async verify(credential, request) {
        const token = credential === undefined ? null : await codec.verify(credential)
        if (token === null || credential === undefined || request === undefined) return null
        const { cnf, ...claims } = token.identity.claims
        const bound = { token: credential, key: Object(cnf).jkt }
        if ((await check(request.headers.dpop, provenBy(request, bound))) === null)
          throw new ProofRefusedError()
        return { sub: token.identity.sub, claims }
      },
      revoke() {},
      close() {},
    }
  },
} satisfies Omit<AuthStrategy, 'id'>

const provenBy = ({ method, url }: FastifyRequest, bound: Proven['bound']): Proven => ({
  method,
  target: url,
  bound,
})
