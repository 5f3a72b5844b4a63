import { existsSync } from 'node:fs'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ClusterProcesses, startCluster } from '../../../servers/process/redis-cluster.ts'
import { findRedis } from '../../../servers/process/redis-process.ts'
import { redisLink } from '../../../servers/stores/redis-link.ts'
import { isAlive } from '../../testing/child-processes.ts'
import { connectRedis } from '../connection.ts'
import { redisMeter } from '../meter.ts'
import { neededPermissions } from '../permissions.ts'
import { startOwnRedis } from '../server.ts'
import { difference, sumOf } from '../usage.ts'

let cluster: ClusterProcesses
let client: Cluster
const cleanUps: (() => unknown)[] = []

beforeAll(async () => {
  cluster = await startCluster(findRedis() ?? '')
  client = new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port })))
  await new Promise((resolve) => client.once('ready', resolve))
})

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

afterAll(async () => {
  client.disconnect()
  await cluster.stop()
})

async function connected(url = cluster.url) {
  const control = await connectRedis(url)
  cleanUps.push(() => control.close())
  return control
}

describe('the harness on a cluster', () => {
  it('counts what all masters did, and nothing of its own', async () => {
    const control = await connected()
    expect(control).toMatchObject({ masters: 3, isLocal: true, product: 'Redis' })
    const names = Array.from({ length: 300 }, (_, index) => `counted:${index}`)
    await Promise.all(names.map((name) => client.set(name, 'x', 'EX', 60)))
    const end = await redisMeter(control).measure()
    for (const name of names) await client.get(name)
    await client.del('counted:0')
    const { commands, bytesIn, bytesOut, cpuUs } = await end()
    expect(commands).toEqual({ get: 300, del: 1 })
    const sent = (...words: readonly string[]) =>
      `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`.length
    expect(bytesIn).toBe(names.reduce((sum, name) => sum + sent('get', name), 0) + sent('del', 'counted:0'))
    expect(bytesOut).toBe(300 * '$1\r\nx\r\n'.length + ':1\r\n'.length)
    expect(cpuUs).toBeGreaterThan(0)
  })

  it('removes what is under a prefix from every master, and nothing else', async () => {
    const control = await connected()
    await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        client.set(`${index % 3 === 0 ? 'others' : 'ours'}:${index}`, ''),
      ),
    )
    expect(await control.deletePrefix('ours:')).toBe(60)
    expect(await control.deletePrefix('ours:')).toBe(0)
    expect(await control.deletePrefix('others:')).toBe(30)
  })

  it('does not lose in the sum that one server started anew', () => {
    const node = (runId: string, gets: number) => ({
      runId,
      commands: { get: gets },
      bytesIn: 0,
      bytesOut: 0,
      cpuUs: 0,
      memoryBytes: 0,
      own: { commands: {}, bytesSent: 0, bytesReceived: 0 },
    })
    const before = sumOf([node('a', 5), node('b', 5)])
    expect(difference(before, sumOf([node('a', 6), node('b', 7)])).commands).toEqual({ get: 3 })
    expect(() => difference(before, sumOf([node('a', 60), node('b', 1)]))).toThrow(/reset/)
    expect(() => difference(before, sumOf([node('a', 60), node('c', 7)]))).toThrow(/restarted/)
  })

  it('asks for nothing that it does not name, and neither do servers', async () => {
    const nodes = client.nodes('master')
    await Promise.all(
      nodes.map((node) => node.acl('SETUSER', 'bench', 'on', '>secret', ...neededPermissions().split(' '))),
    )
    const url = cluster.url.replace('://', '://bench:secret@')
    const control = await connected(url)
    await control.snapshot()
    await control.deletePrefix('authbench:')
    const link = await redisLink(url, 'authbench:')
    cleanUps.push(() => link.close())
    const stream = link.connect()
    await stream.connect()
    await link.client.set('authbench:x', '1', 'EX', 60)
    const refused = await Promise.all(nodes.map((node) => node.acl('LOG')))
    expect(refused.flat()).toEqual([])
  })

  it('goes on where a server that the URL names is away', async () => {
    const [first = 0] = cluster.ports
    expect(await connected(`redis+cluster://127.0.0.1:1,127.0.0.1:${first}`)).toMatchObject({ masters: 3 })
  })
})

describe('what is no cluster that can be measured', () => {
  it('is a single server', async () => {
    const single = await startOwnRedis({ core: null })
    cleanUps.push(single.stop)
    await expect(connectRedis(single.url.replace('redis:', 'redis+cluster:'))).rejects.toMatchObject({
      code: 'REDIS_NOT_CLUSTER',
      exitCode: 2,
    })
  })

  it('is a node that is named like a single server', async () => {
    const error = await connectRedis(`redis://127.0.0.1:${cluster.ports[0]}`).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'REDIS_CLUSTER', exitCode: 2 })
    expect(error.next).toContain('redis+cluster://')
  })

  it('has nobody who answers', async () => {
    await expect(connectRedis('redis+cluster://:hunter2@127.0.0.1:1,127.0.0.1:2')).rejects.toMatchObject({
      code: 'REDIS_REFUSED',
      message: 'redis://127.0.0.1:1 refuses the connection.',
      exitCode: 3,
    })
  })

  it('has slots that are nobody’s', async () => {
    const node = new Redis(cluster.ports[0] ?? 0, '127.0.0.1')
    cleanUps.push(() => node.disconnect())
    await node.cluster('DELSLOTS', 0, 1)
    try {
      const error = await connectRedis(`redis+cluster://127.0.0.1:${cluster.ports[0]}`).catch(
        (thrown) => thrown,
      )
      expect(error).toMatchObject({ code: 'REDIS_CLUSTER_INCOMPLETE', exitCode: 3 })
      expect(error.message).toContain('16382 of its 16384 slots')
    } finally {
      await node.cluster('ADDSLOTS', 0, 1)
    }
  })

  it('has a master that is silent', async () => {
    const [, silent] = cluster.servers
    silent?.signal('SIGSTOP')
    cleanUps.push(() => silent?.signal('SIGCONT'))
    const url = `redis+cluster://127.0.0.1:${cluster.ports[0]}`
    const error = await connectRedis(url, 200).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'REDIS_TIMEOUT', exitCode: 3 })
    expect(error.message).toContain(`${cluster.ports[1]} (a master of the cluster)`)
  })
})

it('counts nothing of masters that changed, and removes its keys from those that are', async () => {
  const another = await startCluster(findRedis() ?? '')
  cleanUps.push(() => another.stop())
  const [from = 0, to = 0] = another.ports
  const control = await connected(another.url)
  const end = await redisMeter(control).measure()
  const [emptied, filled] = [from, to].map((port) => new Redis(port, '127.0.0.1'))
  if (emptied === undefined || filled === undefined) throw new Error('no masters')
  cleanUps.push(() => [emptied, filled].map((node) => node.disconnect()))
  const heir = await filled.cluster('MYID')
  const slots = Array.from({ length: Math.ceil(16_384 / 3) }, (_, slot) => slot)
  // Without slots it becomes a replica, which is told nothing of the last ones.
  for (const node of [filled, emptied])
    await Promise.allSettled(slots.map((slot) => node.cluster('SETSLOT', slot, 'NODE', String(heir))))
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error) => error.code,
    )
  await expect.poll(() => codeOf(control.snapshot())).toBe('REDIS_MASTERS_CHANGED')
  expect(await codeOf(end())).toBe('REDIS_MASTERS_CHANGED')
  await filled.set('ours:{06S}', '')
  expect(await control.deletePrefix('ours:')).toBe(1)
})

it('leaves nothing when it is stopped', async () => {
  const another = await startCluster(findRedis() ?? '')
  const pids = another.servers.map((server) => server.pid() ?? 0)
  expect(pids.every(isAlive)).toBe(true)
  await Promise.all([another.stop(), another.stop()])
  expect(pids.some(isAlive)).toBe(false)
  expect(another.servers.some(({ folder }) => existsSync(folder))).toBe(false)
})
