import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import { cpuCounter } from '../machine/cpu-time/cpu-counter.ts'
import type { Pinning } from '../machine/pinning.ts'
import { Child } from '../process/child.ts'
import { startGeneratorProcess } from '../process/generator-process.ts'
import { OWN_SERVERS, startServerProcess } from '../process/server-process.ts'
import { type ProxyOptions, startProxy } from '../worlds/proxy.ts'
import type { KnownServerProcess } from './check.ts'
import { disturbanceBetween, readMachine } from './disturbance.ts'
import type {
  FromAwakeEnds,
  FromBareClient,
  FromKnownServer,
  ToAwakeEnds,
  ToBareClient,
  ToKnownServer,
} from './messages.ts'
import type { Equipment } from './run-checks.ts'
import { throughKernel } from './transfers/through-kernel.ts'
import { transfer } from './transfers/through-proxy.ts'

const SERVER = new URL('./known-server-main.ts', import.meta.url)
const AWAKE_ENDS = new URL('./awake-ends-main.ts', import.meta.url)
const BARE_CLIENT = new URL('./bare-client-main.ts', import.meta.url)
const START_LIMIT_MS = 20_000
const ANSWER_LIMIT_MS = 5000
const ASK_LIMIT_MS = 30_000
const TTL_SECONDS = 1800

/** Real processes, pinned as those of a run. */
export function realEquipment(pinning: Pinning, signal: AbortSignal): Equipment {
  let generated: ReturnType<typeof generateKeys> | null = null
  const keys = () => {
    generated ??= generateKeys()
    return generated
  }
  return {
    async prepare(scope) {
      let opened = 0
      let bare: Child<ToBareClient, FromBareClient> | null = null
      let ends: ReturnType<typeof startAwakeEnds> | null = null
      const [server, generator] = await Promise.all([
        startKnownServerProcess(pinning.server, signal, scope),
        stopped(startGeneratorProcess(pinning.generator, false, signal), scope),
      ])
      return {
        server,
        generator,
        async open(engine, target) {
          opened += 1
          const key = `load ${opened}`
          await generator.open(key, engine, target)
          return {
            refresh: (all) => generator.refresh(key, all),
            slice: async (window) => (await generator.slice(key, window)).slice,
          }
        },
        async askBare(requests) {
          bare ??= startBareClient(pinning.generator, signal, scope)
          const message = { type: 'ask', port: server.port, requests } as const
          return (await bare.request(message, 'asked', ASK_LIMIT_MS)).roundTripsUs
        },
        async pass(messages, asked, pauseMs = 0) {
          ends ??= startAwakeEnds(pinning.server, signal, scope)
          const { port, roundTrips } = await ends
          if (asked === null) return { roundTripsUs: await roundTrips(port, messages, pauseMs), proxy: null }
          await using between = new AsyncDisposableStack()
          const to = { host: '127.0.0.1', port }
          const proxy = await stopped(startProxy({ ...asked, to }, pinning.generator, signal), between)
          // Code that has not run often is slow.
          await roundTrips(proxy.port, messages)
          await proxy.check()
          return { roundTripsUs: await roundTrips(proxy.port, messages), proxy: await proxy.check() }
        },
        async transfer(what, asked) {
          await using ends = new AsyncDisposableStack()
          const open = (to: ProxyOptions['to']) =>
            stopped(startProxy({ ...asked, to }, pinning.generator, signal), ends)
          return await transfer(what, open, ends)
        },
        async throughKernel(bytes, bitsPerSecond) {
          await using ends = new AsyncDisposableStack()
          return await throughKernel(bytes, bitsPerSecond, signal, ends)
        },
        async startSubject() {
          const init = { strategy: 'none', keys: await keys(), token: DEFAULT_TOKEN_PROFILE } as const
          const rest = {
            keyPrefix: '',
            ttlSeconds: TTL_SECONDS,
            transport: 'bearer',
            redisUrl: null,
            port: 0,
          } as const
          return stopped(startServerProcess({ ...init, ...rest }, OWN_SERVERS, pinning.server, signal), scope)
        },
      }
    },
    watch() {
      const before = readMachine()
      return () => disturbanceBetween(before, readMachine())
    },
  }
}

/** With the scope, even when that ends before the process has started. */
function stopped<Process extends { stop(): Promise<void> }>(
  starting: Promise<Process>,
  scope: AsyncDisposableStack,
): Promise<Process> {
  scope.defer(() =>
    starting.then(
      (process) => process.stop(),
      () => undefined,
    ),
  )
  return starting
}

function startBareClient(
  core: number | null,
  signal: AbortSignal,
  scope: AsyncDisposableStack,
): Child<ToBareClient, FromBareClient> {
  const child = new Child<ToBareClient, FromBareClient>(BARE_CLIENT, 'the bare client', signal)
  scope.defer(() => child.stop())
  child.pin(core)
  return child
}

async function startAwakeEnds(core: number | null, signal: AbortSignal, scope: AsyncDisposableStack) {
  const child = new Child<ToAwakeEnds, FromAwakeEnds>(AWAKE_ENDS, 'the ends of the distance', signal)
  scope.defer(() => child.stop())
  const { port } = await child.request({ type: 'listen' }, 'listening', START_LIMIT_MS)
  child.pin(core)
  return {
    port,
    roundTrips: async (port: number, messages: number, pauseMs = 0) =>
      (await child.request({ type: 'send', port, messages, pauseMs }, 'taken', ASK_LIMIT_MS)).roundTripsUs,
  }
}

async function startKnownServerProcess(
  core: number | null,
  signal: AbortSignal,
  scope: AsyncDisposableStack,
): Promise<KnownServerProcess & { readonly port: number }> {
  const child = new Child<ToKnownServer, FromKnownServer>(SERVER, 'the known server', signal)
  scope.defer(() => child.stop())
  const { port } = await child.request({ type: 'listen' }, 'listening', START_LIMIT_MS)
  child.pin(core)
  const counter = cpuCounter([child.pid])
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    async behave(behaviour) {
      await child.request({ type: 'behave', behaviour }, 'behaving', ANSWER_LIMIT_MS)
    },
    observe: async () => (await child.request({ type: 'observe' }, 'observed', ANSWER_LIMIT_MS)).observed,
    readCpu: () => (child.gone ? null : counter.read()),
  }
}
