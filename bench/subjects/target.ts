import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import type { Transport } from '../../servers/contract.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { Environment } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import type { EngineRequest } from '../load/engine.ts'
import { type Address, addressOf, originOf } from '../load/http/address.ts'
import { protectedRequest, sendRaw } from '../load/http/probe.ts'
import { cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import { familyOf, mastersAmong } from '../machine/cpu-time/process-family.ts'
import { listenersOn } from '../machine/listeners.ts'
import type { MovableSubject } from '../run/equipment.ts'
import { readBody } from './given/body.ts'
import { readCertificate } from './given/certificate.ts'
import { readCredentials } from './given/credentials.ts'
import { readHeaders } from './given/headers.ts'
import { type Network, type Place, placeOf, type Said } from './place.ts'

export const TARGET_ID = 'target'

/** What each request to somebody else's endpoint has beside its credential. */
export type TargetRead = Pick<EngineRequest, 'method' | 'path' | 'headers' | 'body'>

/** Somebody else's endpoint, in any language, that was running before. */
export interface Target {
  /** Absent until it is known, see `placed`. */
  readonly place?: Place
  /** Numeric once it was found. */
  readonly origin: string
  /** As the user wrote it: what requests name as their host. */
  readonly host: string
  readonly read: TargetRead
  readonly credentials: readonly string[]
  /** PEM of whom its certificate is to be trusted by. Absent: as Node.js trusts, or plain text. */
  readonly certificate?: string
}

const EXIT_USAGE = 2
const CONNECT_LIMIT_MS = 3000
/** Those that a pool has, unless the user says otherwise. */
const USUAL_POOL = 1000

/** What the user says of it, beside its address. */
export interface TargetOptions {
  /** File: one credential in each line, or a JSON array of strings. */
  readonly credentials?: string | undefined
  /** File: PEM. */
  readonly ca?: string | undefined
  /** `Name: value`, or `@FILE`. */
  readonly header?: readonly string[] | undefined
  readonly method?: string | undefined
  /** File. */
  readonly body?: string | undefined
  readonly transport?: string | undefined
  readonly pool?: number | undefined
}

/** @throws AuthbenchError `TARGET_URL_INVALID`, `CREDENTIALS_FILE_*`, `CA_FILE_*`, `HEADER_*`, `BODY_FILE_*` */
export function readTarget(url: string, options: TargetOptions): Target {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
  if (parsed === null || !isHttp || parsed.username + parsed.password !== '') {
    throw new AuthbenchError(
      'TARGET_URL_INVALID',
      '--target has to be http://HOST:PORT/PATH or https://HOST:PORT/PATH, without a password',
      { next: 'Credentials go into a file: --credentials FILE.' },
    )
  }
  const { ca } = options
  if (ca !== undefined && parsed.protocol === 'http:') {
    throw new AuthbenchError(
      'CA_FILE_UNUSED',
      '--ca is for a target that speaks TLS, and this one does not',
      {
        next: 'Leave it out, or write https:// in --target.',
      },
    )
  }
  const credentials = readCredentials(options.credentials)
  return {
    origin: parsed.origin,
    host: parsed.host,
    read: readOf(parsed, options, Math.min(credentials.length, options.pool ?? USUAL_POOL)),
    credentials,
    ...(ca === undefined ? {} : { certificate: readCertificate(ca) }),
  }
}

function readOf({ pathname, search }: URL, options: TargetOptions, requests: number): TargetRead {
  const { header = [], method, transport, body } = options
  const headers = readHeaders(header, transport === 'cookie' ? 'cookie' : 'bearer')
  const path = pathname + search
  if (method !== 'POST') return { method: 'GET', path, headers }
  return { method, path, headers, ...(body === undefined ? {} : { body: readBody(body, requests) }) }
}

export function targetInfo(target: Target): StrategyInfo {
  const { host, read } = target
  return {
    id: TARGET_ID,
    title: `${read.method === 'GET' ? '' : `${read.method} `}${isTls(target) ? 'https://' : ''}${host}${read.path}`,
    summary:
      'An endpoint that was running before; what it keeps, and when it forgets, is not known to authbench.',
    state: 'unknown',
    family: 'target',
    revocation: { effect: 'unknown' },
    needs: [],
    stores: null,
    roundTrips: 0,
    cache: null,
    refreshes: false,
    exceptions: {},
    library: null,
  }
}

const isTls = ({ origin }: Target): boolean => origin.startsWith('https:')
const schemeOf = (target: Target) => (isTls(target) ? 'https' : 'http')

const unreachable = (target: Target, cause: unknown) =>
  new AuthbenchError(
    'TARGET_UNREACHABLE',
    `${schemeOf(target)}://${target.host} gives no answer: ${messageOf(cause)}`,
    {
      next: isTls(target)
        ? 'Look at host and port, and at its certificate: --ca FILE trusts one that Node.js does not.'
        : 'Start it first, and look at host and port.',
      exitCode: EXIT_USAGE,
      cause,
    },
  )

/**
 * With its place, which is looked up once.
 * @throws AuthbenchError `TARGET_NOT_FOUND`, `TARGET_NOT_LOCAL`, `OPTIONS_INVALID`
 */
export const placed = async (target: Target, said: Said, network?: Network): Promise<Target> => ({
  ...target,
  place: await placeOf(target.origin, said, network),
})

/**
 * A name such as `localhost` has several addresses. The one that answers is used for everything: probe, load, and whose CPU time is read.
 * @throws AuthbenchError `TARGET_UNREACHABLE`
 */
export async function located(target: Target): Promise<Target> {
  const address = addressOf(target.origin)
  const known = target.place?.addresses.map((each) => ({ address: each, family: isIP(each) }))
  const socket = connect({
    ...address,
    autoSelectFamily: true,
    timeout: CONNECT_LIMIT_MS,
    ...(known === undefined ? {} : { lookup: (_name, _options, found) => found(null, known) }),
  })
  try {
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'timeout').then(() =>
        Promise.reject(new Error(`no connection within ${CONNECT_LIMIT_MS} ms`)),
      ),
    ])
    const found: Address = { host: socket.remoteAddress ?? address.host, port: address.port }
    return { ...target, origin: originOf(found, schemeOf(target)) }
  } catch (error) {
    throw unreachable(target, error)
  } finally {
    socket.destroy()
  }
}

/** The protected read of a target, with a credential or without. */
export function targetRequest(
  transport: Transport,
  credential: string | null,
  { headers, body, ...route }: TargetRead,
): EngineRequest {
  const request = protectedRequest(transport, credential, route)
  // A server may ask for the length of what it does not get (RFC 9110 section 8.6).
  const length = route.method === 'POST' && body === undefined ? { 'content-length': '0' } : {}
  return {
    ...request,
    headers: { ...request.headers, ...headers, ...length },
    ...(body === undefined ? {} : { body }),
  }
}

/** @throws AuthbenchError `TARGET_UNREACHABLE`, `TARGET_REFUSES` with the status of the first credential */
export async function assertAnswers(target: Target, transport: Transport): Promise<void> {
  const { read, credentials } = target
  const request = targetRequest(transport, credentials[0] ?? '', read)
  const { status } = await sendRaw(target, request).catch((cause: unknown) => {
    throw unreachable(target, cause)
  })
  if (status === 200) return
  throw new AuthbenchError(
    'TARGET_REFUSES',
    `${read.method} ${read.path} with the first credential gives ${status}, not 200`,
    {
      next: `Look at the path, at the credentials, and at --transport (bearer or cookie)${read.body === undefined ? '' : '; a body needs its --header content-type as well'}.`,
      exitCode: EXIT_USAGE,
    },
  )
}

/** Processes on this machine that answer; of a target elsewhere none, whoever listens on its port here. */
const serversOf = ({ origin, place }: Target): readonly number[] =>
  place?.remote === undefined ? mastersAmong(listenersOn(addressOf(origin))) : []

/**
 * Where it is, whose CPU time is its own, and what it was asked, of secrets only their names and sizes.
 * @param processes that a host found on its machine
 */
export function describeTarget(
  target: Target,
  processes = familyOf(serversOf(target)).map(({ pid, name }) => ({ pid, name })),
): NonNullable<Environment['target']> {
  const { origin, read, place } = target
  const { method, headers, body } = read
  const names = Object.keys(headers)
  return {
    address: new URL(origin).host,
    processes: [...processes],
    ...(place?.remote === undefined ? {} : { remote: place.remote }),
    ...(method === 'GET' ? {} : { method }),
    ...(names.length === 0 ? {} : { headers: names }),
    ...(body === undefined ? {} : { bodyBytes: Buffer.byteLength(body) }),
  }
}

/** The target as a subject: nothing is started, nothing is stopped. Credentials are used again where the run needs more. */
export function targetSubject(target: Target): MovableSubject {
  const { origin, host, read, credentials, certificate } = target
  const servers = serversOf(target)
  const counter = cpuCounter(servers)
  const [only = null] = counter.processes() === 1 ? servers : []
  return {
    origin,
    host,
    ...(certificate === undefined ? {} : { certificate }),
    read,
    // With several, none of them tells whether the target is warm.
    pid: only,
    elsewhere: servers,
    issue: async (names) => names.map((_, index) => credentials[index % credentials.length] ?? ''),
    enter: () => Promise.reject(new Error('the world of a target is its own affair')),
    fill: () => Promise.reject(new Error('the store of a target is its own affair')),
    storeBytes: async () => 0,
    readCache: async () => null,
    measureAllocated: async () => async () => null,
    readCpu: async () => counter.read(),
    readMemory: () => null,
    async assertAlive() {},
    pin() {},
    async stop() {},
  }
}
