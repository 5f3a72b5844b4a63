import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { resultsSchema } from '../../src/results/results.ts'
import { ended } from '../testing/child-processes.ts'
import { newServerIdentity } from '../worlds/tls/certificate.ts'

const MAIN = join(import.meta.dirname, '../main.ts')
/** Nobody else's: both ends are namespaces of this test. */
const [CLIENT, SERVER, PREFIX] = ['198.18.77.1', '198.18.77.2', 30]
const PORT = 8443
const MAX_RATE = 80

const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' })
const name = (role: string) => `authbench-${process.pid}-${role}`

/** Two machines with a cable between them; null where this one cannot make them. */
function twoMachines(): { readonly client: string; readonly server: string } | null {
  const [client, server] = [name('client'), name('server')]
  onTestFinished(() => {
    for (const each of [client, server]) ip('netns', 'del', each)
    rmSync(join('/etc/netns', client), { recursive: true, force: true })
  })
  const steps = [
    ['netns', 'add', client],
    ['netns', 'add', server],
    ['-n', client, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', server],
    ['-n', client, 'addr', 'add', `${CLIENT}/${PREFIX}`, 'dev', 'cable'],
    ['-n', server, 'addr', 'add', `${SERVER}/${PREFIX}`, 'dev', 'cable'],
    ...[client, server].flatMap((each) =>
      ['lo', 'cable'].map((link) => ['-n', each, 'link', 'set', link, 'up']),
    ),
  ]
  if (steps.some((step) => ip(...step).status !== 0)) return null
  // What `ip netns exec` lays over /etc: the name is of this namespace alone.
  mkdirSync(join('/etc/netns', client), { recursive: true })
  writeFileSync(join('/etc/netns', client, 'hosts'), `127.0.0.1 localhost\n${SERVER} api.test\n`)
  return { client, server }
}

const SERVE = `
import { createServer } from 'node:https'
import { readFileSync } from 'node:fs'
const [folder] = process.argv.slice(2)
const seen = { names: new Set(), hosts: new Set(), keys: new Set(), requests: 0, milliseconds: 0 }
let first = null
createServer({ key: readFileSync(folder + '/key'), cert: readFileSync(folder + '/cert') }, (request, response) => {
  first ??= performance.now()
  seen.milliseconds = performance.now() - first
  seen.requests += 1
  seen.names.add(request.socket.servername)
  seen.hosts.add(request.headers.host)
  seen.keys.add(request.headers['x-key'])
  response.writeHead(request.headers.authorization === undefined ? 401 : 200).end('{}')
}).listen(${PORT}, '${SERVER}', () => console.log('listens'))
process.on('SIGTERM', () => {
  console.log(JSON.stringify({ ...seen, names: [...seen.names], hosts: [...seen.hosts], keys: [...seen.keys] }))
  process.exit(0)
})
`

test('a target on another machine is loaded over TLS by its name, at its limit, and its CPU is not measured', async ({
  skip,
}) => {
  const machines = twoMachines()
  if (machines === null) return skip('this machine makes no network namespaces: that takes root on Linux')
  const folder = mkdtempSync(join(tmpdir(), 'authbench elsewhere '))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const at = (file: string) => join(folder, file)
  const identity = newServerIdentity(new Date(), 'api.test')
  const files = {
    key: identity.key,
    cert: identity.certificate,
    tokens: 'one\ntwo\n',
    headers: 'X-Key: geheim\n',
    'serve.mjs': SERVE,
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(at(file), text)
  const inside = (machine: string, args: readonly string[]) =>
    spawn('ip', ['netns', 'exec', machine, process.execPath, ...args], {
      env: { ...process.env, TMPDIR: folder, REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const server = inside(machines.server, [at('serve.mjs'), folder])
  onTestFinished(() => void server.kill('SIGKILL'))
  const said = ended(server)
  await once(server.stdout, 'data')

  const options = `--profile smoke --rounds 1 --scenarios iso-load --max-rate ${MAX_RATE} --seed 1`
  const run = (...more: string[]) =>
    ended(
      inside(machines.client, [
        MAIN,
        'run',
        ...options.split(' '),
        '--target',
        `https://api.test:${PORT}/me`,
        '--credentials',
        at('tokens'),
        '--ca',
        at('cert'),
        '--header',
        `@${at('headers')}`,
        '--out',
        at('out'),
        ...more,
      ]),
    )
  const refused = await run()
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--i-may-load api.test') })

  const { code, stdout, stderr } = await run('--i-may-load', 'api.test')
  server.kill('SIGTERM')
  const seen = JSON.parse((await said).stdout.replace(/^listens\s/, ''))
  expect(seen).toMatchObject({ names: ['api.test'], hosts: [`api.test:${PORT}`], keys: ['geheim'] })
  expect(seen.requests).toBeGreaterThan(MAX_RATE)
  // A burst may be the last thing that is sent, and a window by chance have more than its share.
  expect(seen.requests).toBeLessThan((MAX_RATE * seen.milliseconds) / 1000 + 2 * MAX_RATE)

  const text = readFileSync(join(at('out'), 'latest', 'results.json'), 'utf8')
  const results = resultsSchema.parse(JSON.parse(text))
  const target = results.environment.target
  expect(target).toMatchObject({
    address: `${SERVER}:${PORT}`,
    processes: [],
    remote: { host: 'api.test', maxRate: MAX_RATE },
    headers: ['X-Key'],
  })
  const metrics = new Set(results.summary.map(({ metric }) => metric))
  expect(metrics).toContain('latency.p50')
  expect([...metrics].filter((metric) => /^cpu\.(server|total|redis)/.test(metric))).toEqual([])
  expect(stdout).toContain('another machine')
  expect(text + stdout + stderr).not.toContain('geheim')
  expect(results.run.command).toContain(`--i-may-load api.test --max-rate ${MAX_RATE}`)
  // One round is enough for values, and for no verdict.
  expect(code, stderr).toBe(0)
})
