import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { StoreUnavailableError, type TokenProfile } from '../contract.ts'
import { newClaims } from '../tokens/claims.ts'
import { isAuthorized } from './client-authentication.ts'
import type { OpaqueTokens } from './opaque-tokens.ts'
import { KEYS_MAX_AGE_SECONDS, KEYS_STALE_SECONDS, type SigningKeys } from './signing-keys.ts'

export interface AuthAppOptions {
  readonly token: TokenProfile
  readonly ttlSeconds: number
  readonly now: () => number
  readonly signingKeys: SigningKeys
  /** Null: signed tokens only. */
  readonly opaqueTokens: OpaqueTokens | null
  /** The Authorization header of the one client that there is, the resource server. */
  readonly authorization: string
}

/** No connection may be closed in the middle of a run: a resource server can be idle for long between its slices. */
const KEEP_ALIVE_MS = 10 * 60 * 1000
const MAX_BODY_BYTES = 16_384
const RETRY_AFTER_SECONDS = 1
const FORM = 'application/x-www-form-urlencoded'
const KEYS_CACHING = [
  'public',
  `max-age=${KEYS_MAX_AGE_SECONDS}`,
  `stale-while-revalidate=${KEYS_STALE_SECONDS}`,
  `stale-if-error=${KEYS_STALE_SECONDS}`,
].join(', ')

/**
 * The authorization server. Its token endpoint trusts the resource server, which speaks for the user at login: how a
 * user proves who they are is not what is measured.
 */
export function buildAuthApp(options: AuthAppOptions): FastifyInstance {
  const { token: profile, ttlSeconds, now, signingKeys, opaqueTokens, authorization } = options
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  })
  app.setErrorHandler(replyToError)
  app.addContentTypeParser(
    FORM,
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => new URLSearchParams(body),
  )

  app.get('/jwks', async (_request, reply) =>
    reply
      .type('application/jwk-set+json')
      .header('cache-control', KEYS_CACHING)
      .send(signingKeys.published()),
  )

  app.register(async (forClients) => {
    forClients.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store')
      if (isAuthorized(request.headers.authorization, authorization)) return
      // RFC 6749 section 5.2.
      return reply.code(401).header('www-authenticate', 'Basic').send({ error: 'invalid_client' })
    })

    /** RFC 6749 section 3.2, for a client that names the subject. */
    forClients.post('/token', async (request, reply) => {
      const subject = parameter(request, 'subject')
      const format = parameter(request, 'format')
      if (subject === null || (format !== 'jwt' && format !== 'opaque')) return invalidRequest(reply)
      const claims = newClaims(subject, { token: profile, ttlSeconds, now: issuedAt(request) })
      if (format === 'jwt') return granted(await signingKeys.sign(claims))
      if (opaqueTokens === null) return invalidRequest(reply)
      return granted(await opaqueTokens.issue(subject, claims))
    })

    /** RFC 7662: of a token that is not active, nothing is said but that. */
    forClients.post('/introspect', async (request, reply) => {
      const token = parameter(request, 'token')
      if (token === null) return invalidRequest(reply)
      const claims = (await opaqueTokens?.claimsOf(token)) ?? null
      return claims === null ? { active: false } : { ...claims, active: true }
    })

    /** RFC 7009 section 2.2: revoking what is no token succeeds as well. */
    forClients.post('/revoke', async (request, reply) => {
      const token = parameter(request, 'token')
      if (token === null) return invalidRequest(reply)
      await opaqueTokens?.revoke(token)
      return {}
    })

    /** Everything that the subject was issued; RFC 7009 knows single tokens only. */
    forClients.post('/revoke-subject', async (request, reply) => {
      const subject = parameter(request, 'subject')
      if (subject === null) return invalidRequest(reply)
      await opaqueTokens?.revokeAll(subject)
      return {}
    })
  })

  /** A token of the past, for pools of expired ones. Never of the future: it would outlive its lifetime. */
  function issuedAt(request: FastifyRequest): () => number {
    const at = Number(parameter(request, 'at') ?? now())
    return () => Math.min(Number.isFinite(at) ? at : now(), now())
  }

  function granted(token: string) {
    return { access_token: token, token_type: 'Bearer', expires_in: ttlSeconds }
  }

  return app
}

/** Null: absent, empty, or there twice, which RFC 6749 section 3.2 forbids. */
function parameter({ body }: FastifyRequest, name: string): string | null {
  if (!(body instanceof URLSearchParams)) return null
  const [value = '', ...more] = body.getAll(name)
  return value === '' || more.length > 0 ? null : value
}

function invalidRequest(reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: 'invalid_request' })
}

function replyToError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof StoreUnavailableError) {
    reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ error: 'temporarily_unavailable' })
    return
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null
  const isClients = typeof status === 'number' && status >= 400 && status < 500
  reply.code(isClients ? status : 500).send({ error: isClients ? 'invalid_request' : 'server_error' })
}
