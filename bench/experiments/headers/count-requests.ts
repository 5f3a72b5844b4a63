// In this folder: how the bytes of requests are counted: servers, clients and a relay between them, in a process of their own.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startAuthServer } from '../../../servers/auth-server/server.ts'
import type { AuthStrategy } from '../../../servers/contract.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../../servers/server.ts'
import type { HeadersObservation, Spread } from '../../../src/experiments/headers/observation.ts'
import { protectedRequest, sendRaw, subjectName } from '../../load/http/probe.ts'
import { COUNTED_HOST, type Http2Connection, openHttp2 } from './http2-client.ts'
import type { Wanted } from './messages.ts'

const KEY_PREFIX = 'authbench:'
/** A second may end between two answers, and their dates then differ; ten times in a row it does not. */
const TRIES = 10

interface Bytes {
  readonly up: number
  readonly down: number
}

/** The middle one, the least and the most. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    value: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
  }
}

const spreads = (all: readonly Bytes[]) => ({
  up: spreadOf(all.map(({ up }) => up)),
  down: spreadOf(all.map(({ down }) => down)),
})

/** Requests with different credentials of one kind, over HTTP/1.1 and over HTTP/2. */
export async function countRequests(
  strategy: AuthStrategy,
  { strategy: id, roles, transport, samples, folder, redisUrl, ttlSeconds, keys, token }: Wanted,
): Promise<Extract<HeadersObservation, { kind: 'request' }>> {
  await using ends = new AsyncDisposableStack()
  const common = { keys, token, ttlSeconds, redisUrl, keyPrefix: KEY_PREFIX, port: 0, now: Date.now }
  const authServer = strategy.needs.includes('auth-server') ? await startAuthServer(common) : null
  if (authServer !== null) ends.defer(() => authServer.close())
  const options: ServerOptions = { ...common, transport, folder, authServer: authServer?.address ?? null }
  const subjects = Array.from({ length: samples }, (_, index) => subjectName(index))

  const found = await withServer(strategy, options, async ({ port, issue }) => {
    const credentials = await issue(subjects)
    const answers: (Bytes & { readonly status: number })[] = []
    for (const credential of credentials) {
      const { status, requestBytes, headBytes, bodyBytes } = await sendRaw(
        { origin: `http://127.0.0.1:${port}`, host: COUNTED_HOST },
        protectedRequest(transport, credential),
      )
      answers.push({ status, up: requestBytes, down: headBytes + bodyBytes })
    }
    return {
      status: Math.max(...answers.map(({ status }) => status)),
      credential: spreadOf(credentials.map((credential) => credential.length)),
      http1: spreads(answers),
    }
  })
  // A store of its own, also where it is a file.
  const second = { ...options, folder: await mkdtemp(join(folder, 'http2-')), http2: true }
  const pairs = await withServer(strategy, second, async ({ port, issue }) => {
    const all: { readonly first: Bytes; readonly repeated: Bytes }[] = []
    for (const credential of await issue(subjects)) {
      all.push(await firstAndRepeated(port, protectedRequest(transport, credential).headers))
    }
    return all
  })
  return {
    kind: 'request',
    strategy: id,
    roles,
    transport,
    samples,
    ...found,
    http2: {
      first: spreads(pairs.map(({ first }) => first)),
      repeated: spreads(pairs.map(({ repeated }) => repeated)),
    },
  }
}

async function withServer<Found>(
  strategy: AuthStrategy,
  options: ServerOptions,
  work: (server: RunningServer) => Promise<Found>,
): Promise<Found> {
  const server = await startServer(strategy, options)
  try {
    return await work(server)
  } finally {
    await server.close()
  }
}

async function firstAndRepeated(
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly first: Bytes; readonly repeated: Bytes }> {
  for (let tried = 1; ; tried += 1) {
    const connection: Http2Connection = await openHttp2(port)
    try {
      const first = await connection.get('/me', headers)
      const repeated = await connection.get('/me', headers)
      if (first.date === repeated.date || tried === TRIES) return { first, repeated }
    } finally {
      await connection.close()
    }
  }
}
