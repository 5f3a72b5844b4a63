import { openProver, type Prover } from '../../../servers/conformance/formats/proofs.ts'
import { type AuthStrategy, credentialHeader, type Scheme, schemeOf } from '../../../servers/contract.ts'
import { startServer } from '../../../servers/server.ts'
import type { ExperimentContext, Stage } from '../../trials/experiment.ts'

/** What a client holds, and what a thief copies: not the key that a token may be bound to. */
export interface Held {
  readonly credential: string
  readonly refreshToken: string | null
}

/** One server, its clock, and whoever talks to it. */
export interface Scene {
  /** Since the theft. */
  elapsedMs(): number
  moveTo(elapsedMs: number): void
  client(): Promise<Client>
}

export interface Client {
  login(): Promise<Held>
  /** As the strategy asks for it; of a bound token with a proof by the client's own key. */
  isServed(held: Held): Promise<boolean>
  /** Whatever somebody without the key may try; a bound token also as a bearer token, and with a proof that was seen on its way. */
  isServedSomehow(held: Held, seen: string | null): Promise<boolean>
  /** Null: refused. */
  refresh(held: Held): Promise<Held | null>
  logout(held: Held): Promise<void>
  /** The proof of its last request; null: it sent none. */
  lastProof(): string | null
}

const USER = 'user-0000000'
const ME = '/me'

export async function openScene(
  stage: Stage,
  { keys, token }: Pick<ExperimentContext<unknown>, 'keys' | 'token'>,
  strategy: AuthStrategy,
  ttlSeconds: number,
  redisUrl: string | null,
): Promise<Scene> {
  const startMs = Date.now()
  let elapsedMs = 0
  const now = () => startMs + elapsedMs
  const folder = await stage.folder()
  const starting = startServer(strategy, {
    keys,
    token,
    ttlSeconds,
    transport: 'bearer',
    redisUrl,
    keyPrefix: 'authbench:',
    folder,
    authServer: null,
    port: 0,
    now,
    clock: now,
  })
  const server = await stage.keep(starting, ({ close }) => close())
  const origin = `http://127.0.0.1:${server.port}`
  return {
    elapsedMs: () => elapsedMs,
    moveTo(moment) {
      elapsedMs = moment
    },
    async client() {
      const prover = strategy.proof === undefined ? null : await openProver(token.audience, now)
      return clientOf(origin, strategy, prover, stage.signal)
    },
  }
}

function clientOf(
  origin: string,
  strategy: AuthStrategy,
  prover: Prover | null,
  signal: AbortSignal,
): Client {
  const scheme = schemeOf(strategy)
  let last: string | null = null
  async function proofOf(method: string, path: string, token: string | null) {
    last = (await prover?.proof({ method, path, token })) ?? null
    return last
  }
  async function send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const reply = await fetch(`${origin}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? null : JSON.parse(text) }
  }
  const bearing = (credential: string, proof: string | null, name: Scheme = scheme) =>
    Object.fromEntries([
      credentialHeader('bearer', credential, name),
      ...(proof === null ? [] : [['dpop', proof] as const]),
    ])
  async function me(headers: Readonly<Record<string, string>>): Promise<boolean> {
    const { status } = await send('GET', ME, headers)
    if (status !== 200 && status !== 401) throw new Error(`${ME}: status ${status}`)
    return status === 200
  }
  const heldIn = (body: unknown): Held => {
    const { access_token: credential, refresh_token: refreshToken } = Object(body)
    if (typeof credential !== 'string') throw new Error('a login gave no credential')
    return { credential, refreshToken: typeof refreshToken === 'string' ? refreshToken : null }
  }
  const isServed: Client['isServed'] = async ({ credential }) =>
    me(bearing(credential, await proofOf('GET', ME, credential)))
  return {
    isServed,
    async login() {
      const proof = await proofOf('POST', '/login', null)
      const { status, body } = await send('POST', '/login', proof === null ? {} : { dpop: proof }, {
        subject: USER,
      })
      if (status !== 200) throw new Error(`login: status ${status}`)
      return heldIn(body)
    },
    async isServedSomehow(held, seen) {
      const { credential } = held
      // Every way is tried: which of them is refused first is no matter.
      const ways = [
        await isServed(held),
        ...(prover === null
          ? []
          : [
              await me(bearing(credential, null, 'Bearer')),
              await me(bearing(credential, null)),
              ...(seen === null ? [] : [await me(bearing(credential, seen))]),
            ]),
      ]
      return ways.includes(true)
    },
    async refresh({ refreshToken }) {
      const { status, body } = await send('POST', '/refresh', {}, { refresh_token: refreshToken })
      if (status !== 200 && status !== 400) throw new Error(`refresh: status ${status}`)
      return status === 200 ? heldIn(body) : null
    },
    async logout({ credential }) {
      const headers = bearing(credential, await proofOf('POST', '/logout', credential))
      const { status } = await send('POST', '/logout', headers)
      if (status !== 204) throw new Error(`logout: status ${status}`)
    },
    lastProof: () => last,
  }
}
