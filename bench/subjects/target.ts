import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { MAX_CREDENTIAL_BYTES, type Transport } from '../../servers/contract.ts'
import { firstJsonProblem } from '../../servers/user-files/json-position.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { Environment } from '../../src/results/results.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { type Address, addressOf, originOf } from '../load/http/address.ts'
import { protectedRequest, sendRaw } from '../load/http/probe.ts'
import { cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import { familyOf, mastersAmong } from '../machine/cpu-time/process-family.ts'
import { listenersOn } from '../machine/listeners.ts'
import type { MovableSubject } from '../run/equipment.ts'
import { readUserFile } from '../store/user-file.ts'

export const TARGET_ID = 'target'

/** Somebody else's endpoint, in any language, that was running before. */
export interface Target {
  /** Numeric once it was found. */
  readonly origin: string
  /** As the user wrote it: what requests name as their host. */
  readonly host: string
  readonly path: string
  readonly credentials: readonly string[]
  /** PEM of whom its certificate is to be trusted by. Absent: as Node.js trusts, or plain text. */
  readonly certificate?: string
}

const EXIT_USAGE = 2
const CONNECT_LIMIT_MS = 3000

interface TargetFiles {
  /** One credential in each line, or a JSON array of strings. */
  readonly credentials?: string | undefined
  /** PEM. */
  readonly ca?: string | undefined
}

/** @throws AuthbenchError `TARGET_URL_INVALID`, `TARGET_NOT_LOCAL`, `CREDENTIALS_FILE_*`, `CA_FILE_*` */
export function readTarget(url: string, { credentials, ca }: TargetFiles): Target {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
  if (parsed === null || !isHttp || parsed.username + parsed.password !== '') {
    throw new AuthbenchError(
      'TARGET_URL_INVALID',
      '--target has to be http://HOST:PORT/PATH or https://HOST:PORT/PATH, without a password',
      { next: 'Credentials go into a file: --credentials FILE.' },
    )
  }
  if (ca !== undefined && parsed.protocol === 'http:') {
    throw new AuthbenchError(
      'CA_FILE_UNUSED',
      '--ca is for a target that speaks TLS, and this one does not',
      {
        next: 'Leave it out, or write https:// in --target.',
      },
    )
  }
  if (!isLoopback(parsed.hostname)) {
    throw new AuthbenchError('TARGET_NOT_LOCAL', `${parsed.hostname} is not this machine`, {
      next: 'authbench loads loopback only. Start the server here; over a tunnel the tunnel would be measured.',
    })
  }
  return {
    origin: parsed.origin,
    host: parsed.host,
    path: parsed.pathname + parsed.search,
    credentials: readCredentials(credentials),
    ...(ca === undefined ? {} : { certificate: readCertificate(ca) }),
  }
}

function readCertificate(file: string): string {
  let text: string
  try {
    text = readUserFile(file)
  } catch (error) {
    throw new AuthbenchError('CA_FILE_UNREADABLE', `--ca ${file}: ${messageOf(error)}`, {
      next: 'Check the path and its permissions.',
      cause: error,
    })
  }
  // A file may hold a key beside them, which nobody else is to see.
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    if (certificates.length === 0) throw new Error('it holds no certificate')
    for (const each of certificates) void new X509Certificate(each)
    return certificates.join('\n')
  } catch (error) {
    throw new AuthbenchError('CA_FILE_INVALID', `--ca ${file}: ${messageOf(error)}`, {
      next: 'It holds certificates in PEM, of the target itself or of who signed its own.',
      cause: error,
    })
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/** Never repeats what is in the file. */
function readCredentials(file: string | undefined): readonly string[] {
  if (file === undefined) {
    throw new AuthbenchError('CREDENTIALS_FILE_MISSING', '--target needs credentials that it accepts', {
      next: 'Give --credentials FILE: one in each line, or a JSON array of strings.',
    })
  }
  const text = readText(file)
  const credentials = text.trimStart().startsWith('[') ? fromJson(text, file) : fromLines(text)
  if (credentials.length === 0) throw invalid(file, 'holds no credential')
  for (const [index, credential] of credentials.entries()) {
    const place = `credential ${index + 1} of ${credentials.length}`
    if (/^bearer\s/i.test(credential))
      throw invalid(file, `${place} begins with the word Bearer, which authbench adds itself: leave it out`)
    if (!/^[\x21-\x7e]+$/.test(credential))
      throw invalid(file, `${place} has characters that a header cannot carry`)
    if (credential.length > MAX_CREDENTIAL_BYTES)
      throw invalid(file, `${place} has ${credential.length} bytes`)
  }
  return credentials
}

function readText(file: string): string {
  try {
    return readUserFile(file)
  } catch (error) {
    throw new AuthbenchError('CREDENTIALS_FILE_UNREADABLE', `--credentials ${file}: ${messageOf(error)}`, {
      next: 'Check the path and its permissions.',
      cause: error,
    })
  }
}

const fromLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function fromJson(text: string, file: string): readonly string[] {
  const found = firstJsonProblem(text)
  if (found !== null)
    throw invalid(file, `begins like a JSON array, but ${found.problem}: see line ${found.line}`)
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw invalid(file, 'is not a JSON array of strings')
  }
  return value
}

function invalid(file: string, problem: string): AuthbenchError {
  return new AuthbenchError('CREDENTIALS_FILE_INVALID', `${file} ${problem}`, {
    next: 'It holds one credential in each line, or is a JSON array of strings.',
  })
}

export function targetInfo(target: Target): StrategyInfo {
  const { host, path } = target
  return {
    id: TARGET_ID,
    title: `${isTls(target) ? 'https://' : ''}${host}${path}`,
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
 * A name such as `localhost` has several addresses. The one that answers is used for everything: probe, load, and whose CPU time is read.
 * @throws AuthbenchError `TARGET_UNREACHABLE`
 */
export async function located(target: Target): Promise<Target> {
  const address = addressOf(target.origin)
  const socket = connect({ ...address, autoSelectFamily: true, timeout: CONNECT_LIMIT_MS })
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

/** @throws AuthbenchError `TARGET_UNREACHABLE`, `TARGET_REFUSES` with the status of the first credential */
export async function assertAnswers(target: Target, transport: Transport): Promise<void> {
  const { path, credentials } = target
  const request = protectedRequest(transport, credentials[0] ?? '', { method: 'GET', path })
  const { status } = await sendRaw(target, request).catch((cause: unknown) => {
    throw unreachable(target, cause)
  })
  if (status === 200) return
  throw new AuthbenchError(
    'TARGET_REFUSES',
    `GET ${path} with the first credential gives ${status}, not 200`,
    {
      next: 'Look at the path, at the credentials, and at --transport (bearer or cookie).',
      exitCode: EXIT_USAGE,
    },
  )
}

/** Where it is, and whose CPU time is its own. */
export const describeTarget = ({ origin }: Target): NonNullable<Environment['target']> => ({
  address: new URL(origin).host,
  processes: familyOf(mastersAmong(listenersOn(addressOf(origin)))).map(({ pid, name }) => ({ pid, name })),
})

/** The target as a subject: nothing is started, nothing is stopped. Credentials are used again where the run needs more. */
export function targetSubject({ origin, host, path, credentials, certificate }: Target): MovableSubject {
  const servers = mastersAmong(listenersOn(addressOf(origin)))
  const counter = cpuCounter(servers)
  const [only = null] = counter.processes() === 1 ? servers : []
  return {
    origin,
    host,
    ...(certificate === undefined ? {} : { certificate }),
    path,
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
