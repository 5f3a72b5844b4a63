import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, onFreePort } from '../../../servers/process/free-port.ts'
import type { Balance } from '../../../src/experiments/scale-out/observation.ts'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { originOf } from '../../load/http/address.ts'
import { type Balancer, type BalancerOptions, STICKY_COOKIE, serverName } from './balancer.ts'

const HOST = '127.0.0.1'
const READY_MS = 10_000
const CHANGE_MS = 20_000
const POLL_MS = 20
const LOG_LENGTH = 500

/** Whatever ends this process closes the pipe that the inner shell reads. */
const WRAPPER = `
"$@" 2>&1 </dev/null & server=$!
exec 3<&0
(read -r _ <&3; kill -KILL "$server") >/dev/null 2>&1 & watcher=$!
wait "$server"
kill "$watcher"
`

const BALANCE: Readonly<Record<Balance, string>> = {
  'round robin': 'balance roundrobin',
  'least connections': 'balance leastconn',
  'sticky cookie': `balance roundrobin\n  cookie ${STICKY_COOKIE} insert indirect nocache`,
}

/** Checks are lenient: a machine that is busy for a moment must not look like a dead server, which refuses connections at once. */
function configuration({ balance, slots }: BalancerOptions, port: number, adminPort: number): string {
  const servers = Array.from(
    { length: slots },
    (_, slot) => `  server ${serverName(slot)} ${HOST}:1 cookie ${serverName(slot)} disabled`,
  )
  return `
global
  stats socket ipv4@${HOST}:${adminPort} level admin
  maxconn 1000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 10s
  timeout check 5s
  retries 3
  option redispatch 1
frontend users
  bind ${HOST}:${port}
  default_backend servers
backend servers
  ${BALANCE[balance]}
  option httpchk GET /health
  default-server check inter 300ms fall 2 rise 1
${servers.join('\n')}
`
}

/**
 * HAProxy in a process of its own, told over its runtime API on the loopback which servers there are.
 * @param folder temporary, for its configuration; whoever made it removes it
 * @param choosePort by default any free one; asked anew where somebody was faster
 * @throws AuthbenchError HAPROXY_FAILED
 */
export function startHaproxy(
  program: string,
  folder: string,
  options: BalancerOptions,
  choosePort?: () => Promise<number>,
): Promise<Balancer> {
  return onFreePort((port) => startOn(port, program, folder, options), choosePort)
}

async function startOn(
  port: number,
  program: string,
  folder: string,
  options: BalancerOptions,
): Promise<Balancer> {
  const adminPort = await freePort()
  const file = join(folder, 'haproxy.cfg')
  await writeFile(file, configuration(options, port, adminPort))
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', program, '-db', '-f', file], {
    // Ctrl-C on the terminal is for the runner, which ends it.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH },
  })
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_LENGTH)
  })
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close')
  const stop = async () => {
    child.stdin.destroy()
    await ended
  }
  const tell = (command: string) => ask(adminPort, command)
  try {
    const version = await versionOf(tell, () => (child.exitCode ?? child.signalCode) !== null)
    const statusIs = (slot: number, wanted: RegExp) =>
      until(async () => wanted.test((await rows(tell)).get(serverName(slot))?.status ?? ''), CHANGE_MS)
    const state = async (slot: number, name: 'ready' | 'drain' | 'maint') => {
      await said(tell(`set server servers/${serverName(slot)} state ${name}`))
    }
    return {
      origin: originOf({ host: HOST, port }),
      product: `HAProxy ${version}`,
      async enter(slot, server) {
        // Says which address it was before.
        await tell(`set server servers/${serverName(slot)} addr ${server.host} port ${server.port}`)
        await state(slot, 'ready')
        await statusIs(slot, /^UP/)
      },
      drain: (slot) => state(slot, 'drain'),
      leave: (slot) => state(slot, 'maint'),
      missed: (slot) => statusIs(slot, /^DOWN/),
      async requests() {
        const all = await rows(tell)
        return Array.from({ length: options.slots }, (_, slot) => all.get(serverName(slot))?.requests ?? 0)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw new AuthbenchError('HAPROXY_FAILED', `HAProxy did not do what it was told: ${log.trim()}`, {
      next: 'Check that `haproxy -v` works, or take it off the path: an own balancer then stands in.',
      exitCode: 3,
      cause: error,
    })
  }
}

/** One command of the runtime API; the connection ends with the answer. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, HOST)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  socket.write(`${command}\n`)
  await once(socket, 'close')
  return text
}

/** @throws what HAProxy complains about: it says nothing where it did as it was told */
async function said(answer: Promise<string>): Promise<void> {
  const complaint = (await answer).trim()
  if (complaint !== '') throw new Error(complaint)
}

interface ServerRow {
  readonly status: string
  readonly requests: number
}

/** Of `show stat`, by the name of the server. */
async function rows(tell: (command: string) => Promise<string>): Promise<ReadonlyMap<string, ServerRow>> {
  const [head = '', ...lines] = (await tell('show stat servers 4 -1')).trim().split('\n')
  const columns = head.replace(/^# /, '').split(',')
  const place = (name: string) => columns.indexOf(name)
  return new Map(
    lines.map((line) => {
      const cells = line.split(',')
      const cell = (name: string) => cells[place(name)] ?? ''
      return [cell('svname'), { status: cell('status'), requests: Number(cell('stot')) }]
    }),
  )
}

async function until(isSo: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`HAProxy did not notice within ${limitMs} ms`)
    await pause(POLL_MS)
  }
}

/** @returns the version of HAProxy, once its runtime API answers */
async function versionOf(
  tell: (command: string) => Promise<string>,
  hasEnded: () => boolean,
): Promise<string> {
  let version = ''
  await until(async () => {
    if (hasEnded()) throw new Error('HAProxy ended')
    version = /Version: (\S+)/.exec(await tell('show info').catch(() => ''))?.[1] ?? ''
    return version !== ''
  }, READY_MS)
  return version
}
