import { AuthbenchError, type FailureExitCode, messageOf } from '../../src/results/errors.ts'
import type { RedisAddress } from './address.ts'
import { neededPermissions } from './permissions.ts'

/** One line of what can go wrong between here and a usable Redis: what the error says, and what we say. */
interface Symptom {
  readonly pattern: RegExp
  readonly code: string
  readonly exitCode: FailureExitCode
  readonly what: string
  readonly next: string
}

/** First match wins. The text is the error's code, a space, and its message. */
const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EACCES|EPERM|EADDRNOTAVAIL/,
    code: 'REDIS_REFUSED',
    exitCode: 3,
    what: 'refuses the connection',
    next: 'Start Redis there, or correct the URL.',
  },
  {
    pattern: /ENOTFOUND|EAI_/,
    code: 'REDIS_HOST_UNKNOWN',
    exitCode: 2,
    what: 'has a host name that is not known',
    next: 'Correct the host in the URL.',
  },
  {
    pattern: /ETIMEDOUT|timed out/i,
    code: 'REDIS_TIMEOUT',
    exitCode: 3,
    what: 'does not answer',
    next: 'Check that Redis runs there, with TLS if the URL says rediss, and that no firewall is in between.',
  },
  {
    pattern: /WRONGPASS|invalid password|invalid username/,
    code: 'REDIS_AUTH',
    exitCode: 2,
    what: 'does not accept this user and password',
    next: 'Correct the user and password in the URL.',
  },
  {
    pattern: /NOAUTH|Authentication required/,
    code: 'REDIS_AUTH',
    exitCode: 2,
    what: 'needs a password',
    next: 'Put it into the URL: redis://:PASSWORD@host, or redis://USER:PASSWORD@host.',
  },
  {
    pattern: /NOPERM/,
    code: 'REDIS_AUTH',
    exitCode: 2,
    what: 'does not let this user run the commands that authbench needs',
    next: `ACL SETUSER NAME ${neededPermissions()}`,
  },
  {
    pattern: /LOADING/,
    code: 'REDIS_LOADING',
    exitCode: 3,
    what: 'is still loading its data',
    next: 'Wait until it has, then run again.',
  },
  {
    pattern: /READONLY|MISCONF|OOM|NOREPLICAS|MASTERDOWN/,
    code: 'REDIS_NOT_WRITABLE',
    exitCode: 2,
    what: 'takes no writes',
    next: 'Name a primary that takes writes, with some memory to spare.',
  },
  {
    pattern: /MOVED|\bASK\b/,
    code: 'REDIS_CLUSTER',
    exitCode: 2,
    what: 'is a node of a cluster',
    next: 'Name it as one: --redis redis+cluster://HOST:PORT, with more of its nodes after commas if you like.',
  },
  {
    pattern: /CLUSTERDOWN/,
    code: 'REDIS_CLUSTER_DOWN',
    exitCode: 3,
    what: 'is a node of a cluster that is down',
    next: 'Mend the cluster (redis-cli --cluster check HOST:PORT), then run again.',
  },
  {
    pattern: /ERR_SSL|ERR_TLS|CERT|ISSUER|EPROTO/,
    code: 'REDIS_TLS',
    exitCode: 2,
    what: 'and this machine did not agree on TLS',
    next: 'Use redis:// for a server without TLS; make its certificate known with NODE_EXTRA_CA_CERTS.',
  },
  {
    pattern: /Protocol error|Unknown RESP type|Connection is closed|ECONNRESET|EPIPE|unknown command/i,
    code: 'REDIS_PROTOCOL',
    exitCode: 2,
    what: 'does not speak the Redis protocol',
    next: 'Correct host and port in the URL; use rediss:// for a server that wants TLS.',
  },
]

/** Anything thrown while connecting, as an error for a person. Neither message nor cause holds the password. */
export function connectionFailure(address: RedisAddress, thrown: unknown): AuthbenchError {
  if (thrown instanceof AuthbenchError) return thrown
  const text = redacted(address, `${codeOf(thrown)} ${messageOf(thrown)}`)
  const cause = new Error(text.trim())
  const symptom = SYMPTOMS.find(({ pattern }) => pattern.test(text))
  if (symptom === undefined) {
    return new AuthbenchError('REDIS_REFUSED', `${address.shown} refuses: ${firstLine(cause.message)}`, {
      next: 'Mend that on the Redis server, then run again.',
      exitCode: 3,
      cause,
    })
  }
  const { code, what, next, exitCode } = symptom
  const words = isReply(thrown) ? `; it says: ${ownWords(cause.message)}` : ''
  return new AuthbenchError(code, `${address.shown} ${what}${words}.`, { next, exitCode, cause })
}

/** The connection was good once, and is not now. */
export function lostConnection(address: RedisAddress, thrown: unknown): AuthbenchError {
  const cause = new Error(redacted(address, messageOf(thrown)))
  return new AuthbenchError(
    'REDIS_LOST',
    isReply(thrown)
      ? `Redis at ${address.shown} refuses a command: ${ownWords(cause.message)}`
      : `Redis at ${address.shown} went away: ${firstLine(cause.message)}`,
    { next: 'Check the Redis server, then run again.', exitCode: 3, cause },
  )
}

/** ioredis errors carry the failed command with its arguments, so they are never passed on whole. */
function redacted(address: RedisAddress, text: string): string {
  return address.password === null ? text : text.replaceAll(address.password, '***')
}

/** Redis answered, and the answer is an error. */
const isReply = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'ReplyError'

/** Without what it repeats of the command, which may be a credential. */
const ownWords = (text: string): string =>
  firstLine(text)
    .replace(/,? with args beginning with:.*$/s, '')
    .replace(/^\s*ERR /, '')
    .trim()

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200)
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}
