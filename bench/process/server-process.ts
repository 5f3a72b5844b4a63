import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { AuthServerAddress } from '../../servers/contract.ts'
import type { FromServer, ToServer } from '../../servers/messages.ts'
import type { ServerWorld } from '../../servers/server.ts'
import type { ProcessCpu } from '../../src/results/cell.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { originOf } from '../load/http/address.ts'
import { cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import { residentBytes } from '../machine/resident-memory.ts'
import type { Subject } from '../run/equipment.ts'
import { type AuthServerProcess, startAuthServerProcess } from './auth-server-process.ts'
import { Child } from './child.ts'

export const OWN_SERVERS = new URL('../../servers/main.ts', import.meta.url)
/** Nine servers start at once, on what may be two slow cores. */
const START_LIMIT_MS = 20_000
/** A thousand RSA signatures on a slow core take a few seconds. */
const ISSUE_LIMIT_MS = 60_000
/** A million entries in a database on a slow disk; the garbage of as many. */
const FILL_LIMIT_MS = 300_000
const USAGE_LIMIT_MS = 3000
/** Its connections to Redis are made anew, over a long way. */
const ENTER_LIMIT_MS = 15_000

/** The server's folder is made, and removed, here. */
export type ServerInit = Omit<Extract<ToServer, { type: 'init' }>, 'type' | 'folder' | 'authServer'> & {
  /** Starts one beside the server, for this core, and the two end together; or one that is there. */
  readonly authServer?: { readonly core: number | null } | { readonly address: AuthServerAddress }
}

/** Of the same checkout, which may be TypeScript where this is the built package. */
export const authServerBeside = (entry: URL): URL => new URL(`auth-main${extname(entry.pathname)}`, entry)

/** Not the server's port, and no key but the one that it signs with. */
function authServerInit({ keys, token, ttlSeconds, redisUrl, keyPrefix }: ServerInit) {
  return { keys: { RS256: keys.RS256 }, token, ttlSeconds, redisUrl, keyPrefix, port: 0 }
}

const speaksNoTls = (strategy: string): AuthbenchError =>
  new AuthbenchError('TLS_NOT_SPOKEN', `the server of '${strategy}' knows no TLS`, {
    next: 'The checkout that it comes from is from before --tls: run without it.',
    exitCode: 3,
  })

/** It is told what of a world is its own affair; what lies around it is laid by whoever moves it. */
export interface ServerProcess extends Subject {
  readMemory(): number | null
  isDisplaced(): boolean
  pin(): void
  enter(world: ServerWorld): Promise<void>
}

/** @throws AuthbenchError with the server's own code, CHILD_DIED or CHILD_SILENT; no process is left then. */
export async function startServerProcess(
  { authServer: wanted, ...init }: ServerInit,
  entry: URL,
  core: number | null,
  signal: AbortSignal,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench-server-'))
  const child = new Child<ToServer, FromServer>(entry, `server '${init.strategy}'`, signal)
  let authServer: AuthServerProcess | undefined
  const stop = async () => {
    await Promise.all([child.stop(), authServer?.stop()])
    await rm(folder, { recursive: true, force: true })
  }
  const usage = () => child.request({ type: 'usage' }, 'usage', USAGE_LIMIT_MS)
  const readAllocated = async () => (await usage()).allocatedBytes ?? null
  try {
    if (wanted !== undefined && 'core' in wanted) {
      authServer = await startAuthServerProcess(
        authServerInit(init),
        authServerBeside(entry),
        wanted.core,
        `auth server of '${init.strategy}'`,
        signal,
      )
    }
    const given = wanted !== undefined && 'address' in wanted ? wanted.address : null
    const ready = await child.request(
      { type: 'init', ...init, folder, authServer: authServer?.address ?? given },
      'ready',
      START_LIMIT_MS,
    )
    if (init.tls !== undefined && ready.tls !== true) throw speaksNoTls(init.strategy)
    const counter = cpuCounter([child.pid])
    return {
      pid: child.pid,
      origin: originOf(
        { host: init.host ?? '127.0.0.1', port: ready.port },
        init.tls === undefined ? 'http' : 'https',
      ),
      ...(init.tls === undefined ? {} : { certificate: init.tls.certificate }),
      async issue(subjects, kind) {
        const message = { type: 'issue', subjects, ...(kind === undefined ? {} : { kind }) } as const
        return (await child.request(message, 'issued', ISSUE_LIMIT_MS)).credentials
      },
      async enter(world) {
        await authServer?.enter({ roles: world.roles, store: world.store })
        await child.request({ type: 'enter', world }, 'entered', ENTER_LIMIT_MS)
      },
      async fill(entries) {
        await child.request({ type: 'fill', entries }, 'filled', FILL_LIMIT_MS)
      },
      async storeBytes() {
        return (await child.request({ type: 'store' }, 'stored', FILL_LIMIT_MS)).bytes
      },
      readCache: async () => (await usage()).cache,
      async readCpu(): Promise<ProcessCpu> {
        const cpu = child.gone ? null : counter.read()
        if (cpu !== null) return cpu
        const { userUs, systemUs } = await usage()
        return { mainUs: userUs + systemUs, otherUs: 0, runQueueUs: null }
      },
      async measureAllocated() {
        const before = await readAllocated()
        const start = await readAllocated()
        return async () => {
          const end = await readAllocated()
          if (before === null || start === null || end === null) return null
          // To be asked takes memory too, as much as between the first two.
          return end - start - (start - before)
        }
      },
      readMemory: () => residentBytes(child.pid),
      ...(authServer === undefined
        ? {}
        : { authServer: { origin: authServer.address.origin, readCpu: authServer.readCpu } }),
      async stopClock(at) {
        await child.request({ type: 'stop-clock', at }, 'clock-stopped', USAGE_LIMIT_MS)
      },
      async assertAlive() {
        await authServer?.assertAlive()
        await usage()
      },
      isDisplaced: () => child.displaced,
      pin() {
        child.pin(core)
        authServer?.pin()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
