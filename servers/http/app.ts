// In this folder: HTTP on the side of the server. It has the routes, and finds the credential in a request or refuses the request unseen.

import cookie from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { AuthbenchError } from '../../src/results/errors.ts'
import {
  type Authenticator,
  COOKIE_NAME,
  MAX_CREDENTIAL_BYTES,
  PROOF_ALGORITHM,
  ProofRefusedError,
  type Scheme,
  StoreUnavailableError,
  type TokenPair,
  type Transport,
  type Verified,
} from '../contract.ts'
import { refuseCrossSite } from './cross-site.ts'
import type { HandlerWork } from './handler-work.ts'
import { presentedCredential, REFUSED } from './presented-credential.ts'

export interface AppOptions {
  readonly transport: Transport
  /** Of the Authorization header; absent: Bearer. */
  readonly scheme?: Scheme
  /** Told to the client as `expires_in`, and to the browser as the cookie's age where the strategy has no other. */
  readonly ttlSeconds: number
  /** Of the protected read, for who was let in; none where it is not given. */
  readonly work?: Pick<HandlerWork, 'current'>
  /** In plain text and with prior knowledge (RFC 9113 section 3.3); absent: HTTP/1.1. */
  readonly http2?: boolean
  /** Absent: plain text. */
  readonly tls?: TlsIdentity
}

/** PEM, of a key and of the certificate that clients trust. */
export interface TlsIdentity {
  readonly key: string
  readonly certificate: string
}

/** No server may close a connection in the middle of a run: slices on other servers can keep one idle for long. */
const KEEP_ALIVE_MS = 10 * 60 * 1000
const MAX_BODY_BYTES = 4096
const RETRY_AFTER_SECONDS = 1

const SETTINGS = {
  logger: false,
  bodyLimit: MAX_BODY_BYTES,
  keepAliveTimeout: KEEP_ALIVE_MS,
  forceCloseConnections: true,
  exposeHeadRoutes: false,
} as const

/**
 * Fastify's types tell its raw servers and requests from those of HTTP/1.1 in plain text; nothing here uses what differs.
 * @throws AuthbenchError HTTP2_OVER_TLS
 */
function appOver({ http2, tls }: Pick<AppOptions, 'http2' | 'tls'>): FastifyInstance {
  if (http2 === true && tls !== undefined) {
    throw new AuthbenchError('HTTP2_OVER_TLS', 'a server speaks HTTP/2 in plain text only', {
      next: 'Leave TLS out, or speak HTTP/1.1.',
    })
  }
  const app: unknown =
    http2 === true
      ? fastify({ ...SETTINGS, http2: true, http2SessionTimeout: KEEP_ALIVE_MS })
      : tls === undefined
        ? fastify(SETTINGS)
        : fastify({ ...SETTINGS, https: { key: tls.key, cert: tls.certificate } })
  return app as FastifyInstance
}

const COOKIE_ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const

const loginSchema = {
  body: {
    type: 'object',
    required: ['subject'],
    properties: { subject: { type: 'string', minLength: 1, maxLength: 256 } },
  },
}

const refreshSchema = {
  body: {
    type: 'object',
    required: ['refresh_token'],
    properties: { refresh_token: { type: 'string', minLength: 1, maxLength: MAX_CREDENTIAL_BYTES } },
  },
}

/** `claims` are the user's own, of any shape; without a type they are serialised as they are. */
const identitySchema = {
  response: { 200: { type: 'object', properties: { sub: { type: 'string' }, claims: {} } } },
}

/**
 * The server under test: the same routes, schemas and replies for every strategy, so that two servers differ in
 * their authenticator and in nothing else. `POST /login` trusts whoever asks: how a user proves who they are is
 * not what is measured.
 */
export async function buildApp(authenticator: Authenticator, options: AppOptions): Promise<FastifyInstance> {
  const { transport, ttlSeconds, work, scheme = 'Bearer' } = options
  const { cookieSeconds = ttlSeconds } = authenticator
  const app = appOver(options)
  app.setErrorHandler(replyToError)
  if (transport === 'cookie') await app.register(cookie)
  await authenticator.mount?.(app, transport)
  /** Of routes that change something. */
  const guard = transport === 'cookie' ? { onRequest: refuseCrossSite } : {}

  /** Null: refused, and the reply says so. */
  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Verified | null> {
    const credential = presentedCredential(request, transport, scheme)
    try {
      const identity = credential === REFUSED ? null : await authenticator.verify(credential, request)
      if (identity === null) refuse(reply, scheme, credential === undefined ? null : 'invalid_token')
      return identity
    } catch (error) {
      if (!(error instanceof ProofRefusedError)) throw error
      refuse(reply, scheme, BAD_PROOF)
      return null
    }
  }

  /** The session that the new one takes the place of (ASVS 7.2.4): its cookie is overwritten, so nobody could end it later. */
  async function endReplaced(request: FastifyRequest): Promise<void> {
    if (transport === 'bearer') return
    const credential = presentedCredential(request, transport)
    if (typeof credential !== 'string') return
    if ((await authenticator.verify(credential, request)) !== null)
      await authenticator.revoke(credential, request)
  }

  function hand(reply: FastifyReply, credential: string): void {
    if (transport === 'bearer') reply.header('set-auth-token', credential)
    else reply.setCookie(COOKIE_NAME, credential, { ...COOKIE_ATTRIBUTES, maxAge: cookieSeconds })
  }

  function grant(reply: FastifyReply, { credential, refreshToken }: Partial<TokenPair>) {
    reply.header('cache-control', 'no-store')
    if (transport === 'cookie' && credential !== undefined) hand(reply, credential)
    const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken }
    return { access_token: credential, token_type: scheme, expires_in: ttlSeconds, ...refresh }
  }

  app.post<{ Body: { subject: string } }>(
    '/login',
    { ...guard, schema: loginSchema },
    async (request, reply) => {
      const { subject } = request.body
      const { refreshes } = authenticator
      await endReplaced(request)
      if (refreshes !== undefined) return grant(reply, await refreshes.start(subject))
      return grant(reply, { credential: await authenticator.issue(subject, request) })
    },
  )

  app.post<{ Body: { refresh_token: string } }>(
    '/refresh',
    { ...guard, schema: refreshSchema },
    async (request, reply) => {
      const pair = (await authenticator.refreshes?.rotate(request.body.refresh_token)) ?? null
      if (pair !== null) return grant(reply, pair)
      // RFC 6749 section 5.2.
      return reply.code(400).header('cache-control', 'no-store').send({ error: 'invalid_grant' })
    },
  )

  app.get('/me', { schema: identitySchema }, async (request, reply) => {
    const identity = await authenticate(request, reply)
    // Only here: a logout must not hand out what it ends.
    if (identity?.renewed !== undefined) hand(reply, identity.renewed)
    if (identity !== null && work !== undefined && work.current !== null) await work.current(identity.sub)
    return identity ?? reply
  })

  app.post('/logout', guard, async (request, reply) => {
    if ((await authenticate(request, reply)) === null) return reply
    const credential = presentedCredential(request, transport, scheme)
    if (typeof credential === 'string') await authenticator.revoke(credential, request)
    if (transport === 'cookie') reply.clearCookie(COOKIE_NAME, COOKIE_ATTRIBUTES)
    return reply.code(204).send()
  })

  /** On every device: what a changed password or a closed account has to do. */
  app.post('/logout-all', guard, async (request, reply) => {
    const identity = await authenticate(request, reply)
    if (identity === null) return reply
    await authenticator.revokeAll?.(identity.sub)
    if (transport === 'cookie') reply.clearCookie(COOKIE_NAME, COOKIE_ATTRIBUTES)
    return reply.code(204).send()
  })

  app.get('/health', async () => ({ status: 'ok' }))

  return app
}

/** RFC 9449 sections 5 and 7.1. */
const BAD_PROOF = 'invalid_dpop_proof'
const PARAMETERS: Readonly<Record<Scheme, readonly string[]>> = {
  Bearer: [],
  DPoP: [`algs="${PROOF_ALGORITHM}"`],
}

/** RFC 6750 section 3: no error code for a request that carries no credential. Never a reason. */
function refuse(reply: FastifyReply, scheme: Scheme, code: string | null): void {
  const parameters = [...(code === null ? [] : [`error="${code}"`]), ...PARAMETERS[scheme]].join(', ')
  reply
    .code(401)
    .header('www-authenticate', parameters === '' ? scheme : `${scheme} ${parameters}`)
    .send({ error: 'unauthorized' })
}

function replyToError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof StoreUnavailableError) {
    reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ error: 'store unavailable' })
    return
  }
  if (error instanceof ProofRefusedError) {
    reply.code(400).header('cache-control', 'no-store').send({ error: BAD_PROOF })
    return
  }
  const status = clientErrorStatus(error)
  reply.code(status ?? 500).send({ error: status === null ? 'internal error' : 'bad request' })
}

/** Fastify marks what the client did wrong (no JSON, wrong type, too large) with a status of its own. */
function clientErrorStatus(error: unknown): number | null {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}
