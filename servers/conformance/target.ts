import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { CHECKLIST } from '../../src/checklist/items.ts'
import { type CaseFailure, type ConformanceRow, conformanceRow } from '../../src/checklist/rows.ts'
import { messageOf } from '../../src/results/errors.ts'
import { COOKIE_NAME, credentialHeader, MAX_CREDENTIAL_BYTES, type Transport } from '../contract.ts'
import { jwkOf } from '../tokens/keys.ts'
import { flippedIn, GARBAGE, resizedOf, spellingsOf } from './formats/altered-credentials.ts'
import { encode, headerOf, signature } from './formats/forger.ts'
import { startCanary } from './harness/canary.ts'
import { type Header, type Reply, sendTo } from './harness/raw-http.ts'

/** Somebody else's server: nothing is known of its keys, its store or its clock. */
export interface ForeignServer {
  readonly origin: string
  /** Answers 200 to a GET with a good credential. */
  readonly path: string
  /** Good ones; two show more than one. */
  readonly credentials: readonly string[]
  readonly transport: Transport
}

/** What was tried and came out wrong. */
type Complaint = string | null
type Attempt = readonly [item: string, what: string, run: () => Promise<Complaint>]

/**
 * The items of the checklist that a URL and a good credential are enough for. Nothing is changed at the server: all
 * requests are GETs.
 * @returns one row for each item
 */
export async function checkTarget(
  server: ForeignServer,
  signal: AbortSignal,
): Promise<readonly ConformanceRow[]> {
  const name = `${new URL(server.origin).host}${server.path}`
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const canary = await startCanary({ RS256: jwkOf(pair.privateKey) })
  try {
    const own = (headers: readonly Header[], path = server.path) => sendTo(server.origin, { path, headers })
    const attempts = [...transportAttempts(server, own), ...tokenAttempts(server, own, pair, canary.origin)]
    const failures = new Map<string, CaseFailure[]>()
    for (const [item, what, run] of attempts) {
      if (signal.aborted) return []
      const complaint = await run().catch(messageOf)
      const before = failures.get(item) ?? []
      failures.set(item, complaint === null ? before : [...before, failure(what, complaint)])
    }
    if (failures.has('J06') && canary.hits() > 0) {
      failures.get('J06')?.push(failure('the address in the token', `asked ${canary.hits()} times`))
    }
    return CHECKLIST.map(({ id }) => {
      const broken = failures.get(id)
      if (broken === undefined) return { strategy: name, item: id, outcome: 'not applicable', detail: null }
      return conformanceRow(name, id, broken, undefined)
    })
  } finally {
    await canary.close()
  }
}

const failure = (name: string, message: string): CaseFailure => ({ name, message, isVerdict: true })

type Send = (headers: readonly Header[], path?: string) => Promise<Reply>

/** A client error and no other: neither what was asked for, nor a way round, nor a crash. */
const refused = ({ status }: Reply): Complaint =>
  status >= 400 && status < 500 ? null : `answered ${status}, not 401`

function transportAttempts({ path, credentials, transport }: ForeignServer, send: Send): Attempt[] {
  const [own = '', other = own] = credentials
  const withCredential = (credential: string) => send([credentialHeader(transport, credential)])
  const isToken = headerOf(own) !== null
  const bad = (item: string, what: string, credential: string): Attempt => [
    item,
    what,
    async () => refused(await withCredential(credential)),
  ]
  const [changed, spelled] = isToken ? ['J04', 'J05'] : ['S08', 'S08']
  const glue = path.includes('?') ? '&' : '?'
  return [
    ['A02', 'good credential', async () => statusOf(await withCredential(own), 200)],
    ['A02', 'no credential', async () => challenged(await send([]), transport)],
    ['A02', 'bad credential', async () => challenged(await withCredential('x'), transport)],
    [
      'A02',
      'bad credentials of two kinds',
      async () => {
        const [unknown, broken] = [
          await withCredential('x'),
          await withCredential(`${own.slice(0, -6)}AAAAAA`),
        ]
        return unknown.body === broken.body ? null : 'they are told apart by what is answered'
      },
    ],
    ...GARBAGE.map((garbage) => bad(changed, `garbage '${garbage.slice(0, 20)}'`, garbage)),
    ...[...resizedOf(own), ...flippedIn(own)].map(([what, credential]) => bad(changed, what, credential)),
    ...spellingsOf(own)
      // A cookie may be quoted (RFC 6265 section 4.1.1).
      .filter(([what]) => transport === 'bearer' || what !== 'quotes')
      .map(([what, credential]) => bad(spelled, what, credential)),
    bad('J14', 'twice the usual limit', 'A'.repeat(2 * MAX_CREDENTIAL_BYTES)),
    [
      'C01',
      'cookies',
      async () => {
        const cookies = [(await withCredential(own)).headers['set-cookie'] ?? []].flat()
        const careless = cookies.filter(
          (cookie) => !/;\s*secure/i.test(cookie) || !/;\s*httponly/i.test(cookie),
        )
        const names = careless.map((cookie) => cookie.split('=')[0])
        return names.length === 0 ? null : `without Secure or HttpOnly: ${names.join(', ')}`
      },
    ],
    ...['access_token', 'token', 'authorization'].map(
      (name): Attempt => [
        'C04',
        `in the address as ${name}`,
        async () => refused(await send([], `${path}${glue}${name}=${encodeURIComponent(own)}`)),
      ],
    ),
    ...(transport === 'bearer'
      ? twoHeaders('authorization', `Bearer ${own}`, 'Bearer x', send)
      : [
          ...twoHeaders('cookie', `${COOKIE_NAME}=${own}`, `${COOKIE_NAME}=x`, send),
          ...twoHeaders('cookie', `${COOKIE_NAME}=${own}; ${COOKIE_NAME}=x`, 'a=b', send),
        ]),
    ...[1, 10, 20, 43]
      .map((length) => [length, own.slice(0, -length) + other.slice(-length)] as const)
      .filter(([, mixed]) => mixed !== own && mixed !== other)
      .map(([length, mixed]) => bad('J17', `last ${length} characters of another`, mixed)),
  ]
}

function twoHeaders(name: string, good: string, bad: string, send: Send): Attempt[] {
  const both = async (first: string, second: string) =>
    refused(
      await send([
        [name, first],
        [name, second],
      ]),
    )
  return [
    ['C05', 'good, then bad', () => both(good, bad)],
    ['C05', 'bad, then good', () => both(bad, good)],
  ]
}

/** Forged by somebody who has a good token, and no key of the server. */
function tokenAttempts(
  { credentials, transport }: ForeignServer,
  send: Send,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  canary: string,
): Attempt[] {
  const [own = ''] = credentials
  const header = headerOf(own)
  if (header === null) return []
  const [, payload = '', kept = ''] = own.split('.')
  const jwk = publicKey.export({ format: 'jwk' })
  const signed = (fields: Record<string, unknown>) => {
    const input = `${encode({ ...header, alg: 'RS256', ...fields })}.${payload}`
    return `${input}.${signature('sha256', privateKey, input)}`
  }
  const bad = (item: string, what: string, credential: string): Attempt => [
    item,
    what,
    async () => refused(await send([credentialHeader(transport, credential)])),
  ]
  return [
    ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => {
      const input = `${encode({ ...header, alg })}.${payload}`
      return [
        bad('J01', `${alg}, empty signature`, `${input}.`),
        bad('J01', `${alg}, no signature`, input),
        bad('J01', `${alg}, kept signature`, `${input}.${kept}`),
      ]
    }),
    ...['HS256', 'HS512', 'RS512', 'PS256', 'ES256', 'EdDSA']
      .filter((alg) => alg !== header.alg)
      .map((alg) => bad('J03', `named ${alg}`, `${encode({ ...header, alg })}.${payload}.${kept}`)),
    bad('J06', 'jwk', signed({ jwk })),
    bad('J06', 'jku', signed({ jku: canary, kid: 'own' })),
    bad('J06', 'x5u', signed({ x5u: canary })),
    ...['', '../../../../dev/null', "' OR '1'='1", 'k'.repeat(2000), '__proto__'].map((kid) =>
      bad('J07', `kid '${kid.slice(0, 20)}'`, signed({ kid })),
    ),
    bad(
      'J19',
      'five segments',
      `${encode({ ...header, alg: 'dir', enc: 'A256GCM' })}..${randomBytes(12).toString('base64url')}.${payload}.${randomBytes(16).toString('base64url')}`,
    ),
  ]
}

const statusOf = ({ status }: Reply, expected: number): Complaint =>
  status === expected ? null : `answered ${status}, not ${expected}`

/** RFC 6750 section 3; a server that reads cookies has no scheme to name. */
function challenged(reply: Reply, transport: Transport): Complaint {
  const challenge = String(reply.headers['www-authenticate'] ?? '')
  if (reply.status !== 401) return statusOf(reply, 401)
  return transport === 'cookie' || /^bearer/i.test(challenge) ? null : 'no WWW-Authenticate: Bearer'
}
