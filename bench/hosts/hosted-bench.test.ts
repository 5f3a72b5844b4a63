import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { resolveConfig } from '../../src/plan/config.ts'
import type { Fleet } from '../fleet/coordinator.ts'
import { TARGET_ID, type Target } from '../subjects/target.ts'
import { processesAt } from './host.ts'
import { openHostedBench } from './hosted-bench.ts'
import type { Call, HostedRun } from './messages.ts'

const TARGET: Target = {
  origin: 'http://198.18.0.9:8080',
  host: 'api.test:8080',
  place: { addresses: ['198.18.0.9'], remote: { host: 'api.test', maxRate: 100 } },
  read: { method: 'GET', path: '/me', headers: { 'x-key': 'geheim' } },
  credentials: ['geheim-1'],
}
const CPU = { mainUs: 123, otherUs: 4, runQueueUs: null, lagUs: 0 }

/** A host that answers each call with what it is told, and agents that only say that they were asked. */
async function opened(target: Target | null) {
  const calls: Call[] = []
  const answers: Partial<Record<Call['call'], unknown>> = {
    open: { environment: { cores: 64 }, store: false, processes: [{ pid: 7, name: 'api' }] },
    start: { subject: 1, origin: 'http://10.0.0.3:1', watchesWay: false, store: 'unknown' },
    do: CPU,
  }
  const steps: string[] = []
  const fleet: Fleet = {
    agents: [],
    isHere: () => false,
    ask: async (step) => {
      steps.push(step)
      return []
    },
    seal: async () => '',
    host: null,
    askHost: async (content) => {
      const call = content as Call
      calls.push(call)
      return { value: answers[call.call] ?? null }
    },
    nowUs: async () => 0,
    close: async () => undefined,
  }
  const config = resolveConfig(
    {},
    { strategies: ['none'], usual: ['none'], scenarios: ['iso-load'] },
    { profile: 'smoke', seed: 1, extraClaims: [] },
  )
  const run = {
    config: { ...config, ...(target === null ? {} : { maxRate: 100 }) },
    strategies: [],
    own: [],
    keyPrefix: 'authbench:x:',
    needsRedis: false,
    redisUrl: null,
    rowsInRedis: false,
    usesProxies: false,
  } as unknown as HostedRun
  const cleanup = new AsyncDisposableStack()
  onTestFinished(() => cleanup.disposeAsync())
  const hosted = await openHostedBench(fleet, { ...run, target }, new AbortController().signal, cleanup)
  return { ...hosted, calls, steps }
}

describe('a target whose CPU a host reads', () => {
  it('is asked as the run asks it, and its CPU is that of the host', async () => {
    const { bench, processes, calls } = await opened(TARGET)
    const subject = await bench.startSubject(TARGET_ID, 'main', 'p:', false)
    expect(subject).toMatchObject({ origin: TARGET.origin, host: 'api.test:8080', read: TARGET.read })
    expect(await subject.issue(['a', 'b'])).toEqual(['geheim-1', 'geheim-1'])
    expect(await subject.readCpu()).toEqual(CPU)
    expect(processes).toEqual([{ pid: 7, name: 'api' }])
    expect(JSON.stringify(calls)).not.toContain('geheim')
    expect(calls[0]).toMatchObject({ call: 'open', run: { target: TARGET.origin } })
  })

  it('gets no load without the limit of the run, and our servers there get any', async () => {
    const key = { origin: TARGET.origin, connections: 4, expectStatus: 200, requests: [] }
    const limited = await (await opened(TARGET)).bench.startGenerator()
    await expect(limited.open('a', 'autocannon', key)).rejects.toMatchObject({ code: 'RATE_NOT_LIMITED' })
    const free = await opened(null)
    await (await free.bench.startGenerator()).open('a', 'autocannon', key)
    expect(free.steps).toEqual(['start', 'open'])
  })

  it('is found where it listens, and not where another machine has its address', async () => {
    const server = createServer().listen(0, '0.0.0.0')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(processesAt(`http://127.0.0.1:${port}`)).toMatchObject([{ pid: process.pid }])
    for (const origin of [`http://198.18.0.9:${port}`, `http://[2001:db8::1]:${port}`, 'http://127.0.0.1:1'])
      expect(() => processesAt(origin)).toThrow(expect.objectContaining({ code: 'TARGET_NOT_ON_HOST' }))
  })
})
