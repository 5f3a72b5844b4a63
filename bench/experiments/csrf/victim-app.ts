// In this folder: the two sites of the experiment, and what a hostile page tries.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import cookie from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { type Authenticator, COOKIE_NAME } from '../../../servers/contract.ts'
import { refuseCrossSite } from '../../../servers/http/cross-site.ts'
import { presentedCredential } from '../../../servers/http/presented-credential.ts'
import type { Defence, SameSite } from '../../../src/experiments/csrf/observation.ts'

/** One request that was marked, as the server saw it. */
export interface Seen {
  /** Sec-Fetch-Site. */
  readonly site: string | null
  /** For whom it was done; null: refused. */
  readonly subject: string | null
}

export interface Victim {
  /** In place of `buildApp`: the only app with cookies that can be made weaker than its own. */
  build(authenticator: Authenticator, options: { readonly ttlSeconds: number }): Promise<FastifyInstance>
  /** The request with this mark; null: none came. Known before its answer is sent. */
  seen(mark: string): Seen | null
}

/** Ties the form of a login, for which there is no session yet, to a browser. */
const VISITOR_COOKIE = '__Host-visitor'
const TOKEN_BYTES = 32
const KEY = randomBytes(TOKEN_BYTES)

/** Of the session, or of the visitor before there is one: that of another session is worth nothing (OWASP: signed double submit). */
export const csrfToken = (boundTo: string): string =>
  createHmac('sha256', KEY).update(boundTo).digest('base64url')

export function isCsrfToken(token: unknown, boundTo: string): boolean {
  if (typeof token !== 'string') return false
  const [given, right] = [Buffer.from(token), Buffer.from(csrfToken(boundTo))]
  return given.length === right.length && timingSafeEqual(given, right)
}

export function newVictim(sameSite: SameSite, defence: Defence): Victim {
  const done = new Map<string, Seen>()
  const doneFor = new WeakMap<FastifyRequest, string>()
  const attributes = {
    path: '/',
    secure: true,
    httpOnly: true,
    // Left out, the plug-in says Lax by itself.
    sameSite: sameSite === 'absent' ? false : sameSite,
  } as const

  async function build(
    authenticator: Authenticator,
    { ttlSeconds }: { readonly ttlSeconds: number },
  ): Promise<FastifyInstance> {
    const app = fastify({ forceCloseConnections: true })
    await app.register(cookie)
    await authenticator.mount?.(app, 'cookie')
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, end) => end(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )

    const credentialOf = (request: FastifyRequest) => {
      const credential = presentedCredential(request, 'cookie')
      return typeof credential === 'string' ? credential : undefined
    }
    const subjectOf = async (request: FastifyRequest) =>
      (await authenticator.verify(credentialOf(request), request))?.sub ?? null

    async function refuseForged(request: FastifyRequest, reply: FastifyReply) {
      if (defence === 'origin check') return refuseCrossSite(request, reply)
      if (defence === 'cookie alone') return undefined
      const boundTo = credentialOf(request) ?? request.cookies[VISITOR_COOKIE]
      const token = Object(request.body).csrf_token
      if (boundTo !== undefined && isCsrfToken(token, boundTo)) return undefined
      return reply.code(403).send({ error: 'forbidden' })
    }
    const guarded = { preHandler: refuseForged }

    async function transfer(request: FastifyRequest, reply: FastifyReply) {
      const subject = await subjectOf(request)
      if (subject === null) return reply.code(401).send({ error: 'unauthorized' })
      doneFor.set(request, subject)
      return { transferred: true }
    }

    app.get('/', async (request, reply) => {
      const subject = await subjectOf(request)
      const visitor = request.cookies[VISITOR_COOKIE] ?? randomBytes(TOKEN_BYTES).toString('base64url')
      if (request.cookies[VISITOR_COOKIE] === undefined) reply.setCookie(VISITOR_COOKIE, visitor, attributes)
      if (subject !== null) doneFor.set(request, subject)
      const token = csrfToken(subject === null ? visitor : (credentialOf(request) ?? visitor))
      return reply
        .type('text/html')
        .send(`<!doctype html><title>${subject ?? 'nobody'}</title><body data-token="${token}">`)
    })
    app.post('/login', guarded, async (request, reply) => {
      const subject = String(Object(request.body).subject)
      reply.setCookie(COOKIE_NAME, await authenticator.issue(subject), { ...attributes, maxAge: ttlSeconds })
      doneFor.set(request, subject)
      return { subject }
    })
    app.post('/transfer', guarded, transfer)
    app.get('/transfer', transfer)

    app.addHook('onSend', async (request) => {
      const mark = Object(request.query).mark
      // A preflight is none.
      if (typeof mark !== 'string' || request.method === 'OPTIONS') return
      const site = request.headers['sec-fetch-site']
      done.set(mark, { site: typeof site === 'string' ? site : null, subject: doneFor.get(request) ?? null })
    })
    return app
  }

  return { build, seen: (mark) => done.get(mark) ?? null }
}
