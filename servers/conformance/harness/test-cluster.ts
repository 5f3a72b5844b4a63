import { type ClusterProcesses, startCluster } from '../../process/redis-cluster.ts'
import { type ClusterServer, failOver } from './failover.ts'
import { findOrFail, type TestStore } from './test-redis.ts'
import { ageKeys, listen, replaceTokens } from './told-by-port.ts'

/** What a cluster of one's own has beside what one Redis has. */
export interface TestCluster extends TestStore {
  /** Of its masters, as they are now. */
  readonly servers: ClusterProcesses['servers']
}

/**
 * Three masters, that are paused, killed and listened to together.
 * @throws AuthbenchError `REDIS_MISSING` where there is none on the machine, Error when it does not start
 */
export async function startTestCluster(): Promise<TestCluster> {
  const binary = findOrFail()
  let isStopped = false
  let starting = startCluster(binary)
  const { url, ports } = await starting
  let masters = mastersOf(await starting)
  let replacing: Promise<unknown> = starting
  const all = <T>(ask: (port: number) => Promise<T>) => Promise.all(masters.map(({ port }) => ask(port)))
  const kill = async () => {
    await Promise.all(masters.map(({ server }) => server.kill()))
  }

  return {
    url,
    get servers() {
      return masters.map(({ server }) => server)
    },
    pause() {
      for (const { server } of masters) server.signal('SIGSTOP')
    },
    resume() {
      for (const { server } of masters) server.signal('SIGCONT')
    },
    kill,
    failOver: {
      masters: [...ports.keys()],
      async of(place) {
        const master = masters[place]
        if (master === undefined) throw new RangeError(`no master ${place}`)
        const replaced = failOver(
          binary,
          master,
          masters.filter((other) => other !== master),
        )
        replacing = replaced
        const replica = await replaced
        masters = masters.map((other) => (other === master ? replica : other))
      },
    },
    async restart() {
      if (isStopped) throw new Error('this cluster was stopped, and is not started again')
      starting = startCluster(binary, { ports })
      masters = mastersOf(await starting)
    },
    async age(prefix, seconds) {
      await all((port) => ageKeys(port, prefix, seconds))
    },
    async replaceTokens(token) {
      const replaced = await all((port) => replaceTokens(port, token))
      return replaced.reduce((sum, count) => sum + count, 0)
    },
    async listen() {
      const transcripts = await all(listen)
      return {
        commands: async () => (await Promise.all(transcripts.map((one) => one.commands()))).flat(),
        close() {
          for (const one of transcripts) one.close()
        },
      }
    },
    async stop() {
      isStopped = true
      await Promise.allSettled([starting, replacing])
      await kill()
    },
  }
}

const mastersOf = ({ ports, servers }: ClusterProcesses): readonly ClusterServer[] =>
  servers.flatMap((server, place) => {
    const port = ports[place]
    return port === undefined ? [] : [{ port, server }]
  })
