import { type ClusterProcesses, startCluster } from '../../process/redis-cluster.ts'
import { findOrFail, type TestStore } from './test-redis.ts'
import { ageKeys, listen, replaceTokens } from './told-by-port.ts'

/**
 * Three masters, that are paused, killed and listened to together.
 * @throws AuthbenchError `REDIS_MISSING` where there is none on the machine, Error when it does not start
 */
export async function startTestCluster(): Promise<TestStore & Pick<ClusterProcesses, 'servers' | 'ports'>> {
  const binary = findOrFail()
  let isStopped = false
  let starting = startCluster(binary)
  let cluster = await starting
  const { ports, url } = cluster
  const all = <T>(ask: (port: number) => Promise<T>) => Promise.all(ports.map(ask))
  const kill = async () => {
    await Promise.all(cluster.servers.map((server) => server.kill()))
  }

  return {
    url,
    ports,
    get servers() {
      return cluster.servers
    },
    pause() {
      for (const server of cluster.servers) server.signal('SIGSTOP')
    },
    resume() {
      for (const server of cluster.servers) server.signal('SIGCONT')
    },
    kill,
    async restart() {
      if (isStopped) throw new Error('this cluster was stopped, and is not started again')
      starting = startCluster(binary, { ports })
      cluster = await starting
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
      await starting.catch(() => undefined)
      await kill()
    },
  }
}
