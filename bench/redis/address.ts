import { urlsOfCluster } from '../../servers/stores/cluster/cluster-url.ts'
import { AuthbenchError } from '../../src/results/errors.ts'

/** A Redis URL taken apart; the only place where its secrets are. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly database: number
  readonly tls: boolean
  readonly username: string | null
  readonly password: string | null
  /** For messages: scheme, host and port, nothing secret. */
  readonly shown: string
}

const FORM =
  'redis://[user:password@]host[:port][/database], for a cluster redis+cluster://[user:password@]host:port,host:port; with rediss for TLS'

/** Where a URL leads: to one server, or to some of a cluster. */
export interface RedisPlaces {
  readonly isCluster: boolean
  readonly addresses: readonly [RedisAddress, ...RedisAddress[]]
}

/** @throws {AuthbenchError} REDIS_URL_INVALID */
export function addressesOf(url: string): RedisPlaces {
  const [first, ...others] = (urlsOfCluster(url) ?? []).map(parseRedisUrl)
  if (first === undefined) return { isCluster: false, addresses: [parseRedisUrl(url)] }
  if (first.database !== 0) throw invalid('names a database, and a cluster has but one')
  return { isCluster: true, addresses: [first, ...others] }
}

/** @throws {AuthbenchError} REDIS_URL_INVALID; the message never repeats the URL, which may hold a password */
export function parseRedisUrl(url: string): RedisAddress {
  const parsed = URL.parse(url)
  if (parsed === null) throw invalid('cannot be read')
  const { protocol, hostname, port, pathname, search } = parsed
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw invalid('has another scheme than redis or rediss')
  if (hostname === '') throw invalid('names no host')
  if (search !== '') throw invalid('has query options')
  const database = /^\/?(\d{0,5})$/.exec(pathname)?.[1]
  if (database === undefined) throw invalid('has a path that is not the number of a database')
  if (parsed.username !== '' && parsed.password === '') throw invalid('has a user but no password')
  const tls = protocol === 'rediss:'
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    database: Number(database),
    tls,
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    shown: `${protocol}//${hostname}:${port === '' ? 6379 : port}`,
  }
}

function decoded(part: string): string | null {
  if (part === '') return null
  try {
    return decodeURIComponent(part)
  } catch {
    throw invalid('has a user or password whose % signs are not escaped')
  }
}

function invalid(reason: string): AuthbenchError {
  return new AuthbenchError('REDIS_URL_INVALID', `The Redis URL ${reason}.`, {
    next: `Write it as ${FORM}; in user and password escape : / @ ? # % as %3A %2F %40 %3F %23 %25.`,
  })
}
