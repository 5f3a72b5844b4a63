import { hkdfSync, randomBytes } from 'node:crypto'
import { callbackify } from 'node:util'
import type { FastifySessionObject } from '@fastify/session'
import type { FastifyRequest, Session } from 'fastify'
import { type AuthStrategy, COOKIE_NAME, type Identity } from '../contract.ts'
import { presentedCredential } from '../http/presented-credential.ts'
import { otherSubject, otherText } from '../stores/filler-text.ts'
import { pipelined } from '../stores/pipelined.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { hmacSecret } from '../tokens/keys.ts'

declare module 'fastify' {
  interface Session extends Partial<Identity> {
    /** Has been read from the store. The plug-in carries it along. */
    stored?: boolean
  }
}

/** Where the plug-in puts the session of a request. */
const SESSION = 'session'
/** Not by its property: another plug-in declares it too, as something else. */
const sessionOf = (request: FastifyRequest) => request.getDecorator<FastifySessionObject | null>(SESSION)

/** As the plug-in makes them. */
const ID_BYTES = 24
const BEARER_COOKIE = 'sessionId'

/**
 * @fastify/session with its defaults, on a Redis store of the usual kind. By default it writes every session back
 * and sets its cookie on every response, and keeps a session also for requests that have none. Only `cookie.secure`
 * is not the default: over plain HTTP the plug-in would save nothing at all.
 *
 * The store does one thing that many do not: a session that was read is written back only if it is still there, so
 * that no request brings back what a logout has deleted meanwhile.
 */
export const sessionFastify = {
  title: 'Session (@fastify/session)',
  summary:
    'The usual plug-in of this web framework as it comes: a Redis GET and a SET per request, and a cookie set on every response.',
  state: 'stateful',
  revocation: { effect: 'immediate' },
  family: 'session',
  needs: ['redis'],
  stores:
    'one entry per session: subject, claims, cookie attributes; and one for every request without a session',
  roundTrips: 2,
  cache: null,
  refreshes: false,
  exceptions: {
    S02: {
      reason: 'the plug-in hands its store the id itself, which is kept as the key',
      cases: ['never tells Redis a credential'],
    },
    S04: {
      reason: 'every use prolongs a session, and no limit is set by default: one in use never ends',
      cases: ['ends a session in the end, however often it is used'],
    },
    S06: {
      reason: 'the plug-in does not know which sessions are of one subject',
      cases: ['ends every credential of the subject at a logout everywhere, and none of others'],
    },
    A01: {
      reason: 'a request without a session is given one, which is saved: nothing is answered without Redis',
      cases: [
        'answers 503 while Redis is silent, and recovers by itself',
        'answers 503 while Redis is gone, and recovers by itself',
        'asks Redis as often per request as it declares, and not at all without a credential',
      ],
    },
  },
  library: '@fastify/session',
  async open({ keys, redis, now, ttlSeconds, token }) {
    // Loaded by the servers that use it, not by every one.
    const [{ Signer, fastifyCookie }, { fastifySession }] = await Promise.all([
      import('@fastify/cookie'),
      import('@fastify/session'),
    ])
    const secret = Buffer.from(
      hkdfSync('sha256', hmacSecret(keys.HS256), '', 'authbench plug-in session', 32),
    ).toString('base64url')
    const signer = new Signer(secret)
    const store = pluginStore(await redis(), now, ttlSeconds)
    const newSession = (sub: string): Session => ({
      cookie: { originalMaxAge: null, expires: null, path: '/', httpOnly: true, secure: false },
      sub,
      claims: token.claims,
    })
    const idOf = (credential: string) => {
      const { valid, value } = signer.unsign(credential)
      return valid ? value : null
    }

    return {
      async mount(app, transport) {
        const cookieName = transport === 'cookie' ? COOKIE_NAME : BEARER_COOKIE
        if (transport === 'bearer') {
          await app.register(fastifyCookie)
          // The plug-in looks for cookies only.
          app.addHook('onRequest', async (request) => {
            const credential = presentedCredential(request, transport)
            request.cookies = typeof credential === 'string' ? { [cookieName]: credential } : {}
          })
        }
        await app.register(fastifySession, {
          secret,
          cookieName,
          cookie: { secure: false },
          store: {
            get: callbackify(store.get),
            set: callbackify(store.set),
            destroy: callbackify(store.destroy),
          },
        })
        if (transport === 'cookie') {
          // After that of the plug-in, which sets `Secure` only where it sees TLS; without it no browser takes `__Host-`.
          app.addHook('onSend', async (_request, reply) => {
            const cookies = [reply.getHeader('set-cookie') ?? []].flat().map(String)
            if (cookies.length === 0) return
            reply.removeHeader('set-cookie')
            reply.header('set-cookie', cookies.map(asSecure))
          })
        }
        app.addHook('onRoute', (route) => {
          // The login's own session is written by `issue`; one more, of nobody, would take the place of its cookie.
          if (route.url === '/login')
            route.preSerialization = async (request) => request.setDecorator(SESSION, null)
        })
      },
      async issue(subject) {
        const id = randomBytes(ID_BYTES).toString('base64url')
        await store.set(id, newSession(subject))
        return signer.sign(id)
      },
      async verify(credential, request) {
        if (credential === undefined) return null
        const session = request === undefined ? await load(credential) : sessionOf(request)
        if (session?.sub === undefined || session.claims === undefined) return null
        return { sub: session.sub, claims: session.claims }
      },
      async revoke(credential, request) {
        const session = request === undefined ? null : sessionOf(request)
        if (session !== null) return session.destroy()
        const id = idOf(credential)
        if (id !== null) await store.destroy(id)
      },
      fill: (entries) =>
        store.setMany(
          (function* () {
            for (let made = 0; made < entries; made++) yield newSession(otherSubject())
          })(),
        ),
      close() {},
    }

    async function load(credential: string): Promise<Session | null> {
      const id = idOf(credential)
      return id === null ? null : store.get(id)
    }
  },
} satisfies Omit<AuthStrategy, 'id'>

function asSecure(cookie: string): string {
  const secure = /; Secure(;|$)/.test(cookie) ? cookie : `${cookie}; Secure`
  return /; SameSite=/.test(secure) ? secure : `${secure}; SameSite=Lax`
}

/** `get`, `set` and `destroy`, as stores for this plug-in and for express-session have them. */
function pluginStore(link: RedisLink, now: () => number, ttlSeconds: number) {
  const { client, key, ask } = link
  const keyOf = (id: string) => key(`sess:${id}`)
  const textOf = ({ stored, ...session }: Session) =>
    JSON.stringify({ ...session, exp: Math.floor(now() / 1000) + ttlSeconds })

  return {
    async get(id: string): Promise<Session | null> {
      const text = await ask(client.get(keyOf(id)))
      if (text === null) return null
      const { exp, ...session }: Session & { readonly exp: number } = JSON.parse(text)
      return exp > now() / 1000 ? { ...session, stored: true } : null
    },
    async set(id: string, session: Session): Promise<void> {
      const text = textOf(session)
      if (session.stored) await ask(client.set(keyOf(id), text, 'EX', ttlSeconds, 'XX'))
      else await ask(client.set(keyOf(id), text, 'EX', ttlSeconds))
    },
    setMany: (sessions: Iterable<Session>) =>
      pipelined(
        link,
        sessions,
        () => keyOf(otherText(ID_BYTES)),
        (pipeline, session, own) => pipeline.set(own, textOf(session), 'EX', ttlSeconds),
      ),
    async destroy(id: string): Promise<void> {
      await ask(client.del(keyOf(id)))
    },
  }
}
