import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** A project of one dependency in a folder with a space, an npm that only pretends, and a PATH of its own. */
let root: string
let bin: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'authbench set-up '))
  bin = join(root, 'fake bin')
  mkdirSync(bin)
  cpSync(import.meta.dirname, join(root, 'scripts'), { recursive: true })
  write('package.json', { scripts: {}, dependencies: { one: '1.0.0' } })
  write('package-lock.json', LOCK)
  writeFileSync(join(root, 'npm-cli.js'), NPM)
  symlinkSync('/usr/bin/env', join(bin, 'env'))
  program('node', `exec '${process.execPath}' "$@"`)
  program('redis-server', 'exit 0')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const LOCK = { packages: { '': {}, 'node_modules/one': { version: '1.0.0' } } }

/** Waits for the file `go` when there is one called `wait`; fails half way when there is one called `fail`. */
const NPM = `
const fs = require('node:fs')
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
fs.rmSync('node_modules/one', { recursive: true, force: true })
fs.mkdirSync('node_modules/.bin', { recursive: true })
while (fs.existsSync('wait') && !fs.existsSync('go')) {}
if (fs.existsSync('fail')) { console.error('npm error no network'); process.exit(1) }
fs.mkdirSync('node_modules/one')
fs.writeFileSync('node_modules/one/package.json', '{}')
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
fs.copyFileSync('fake bin/node', 'node_modules/.bin/node')
fs.chmodSync('node_modules/.bin/node', 0o755)
`

describe('the dependencies', () => {
  it('are installed once, with one line, and then never mentioned again', async () => {
    const first = await setUp()
    expect(first.code).toBe(0)
    expect(first.said.trim().split('\n')).toEqual([
      expect.stringContaining('installing the locked dependencies'),
    ])
    expect(await setUp()).toEqual({ code: 0, said: '' })
    expect(npmCalls()).toEqual([
      expect.stringMatching(/^ci --workspaces=false --include=dev --include=optional /),
    ])
  })

  it('are installed again when the lock file or a dependency changed, not for a changed script', async () => {
    await setUp()
    write('package.json', { scripts: { start: 'x' }, dependencies: { one: '1.0.0' } })
    expect(await setUp()).toEqual({ code: 0, said: '' })
    write('package-lock.json', { packages: { '': {}, 'node_modules/one': { version: '2.0.0' } } })
    await setUp()
    expect(npmCalls()).toHaveLength(2)
    expect(await setUp()).toEqual({ code: 0, said: '' })
  })

  it('are not installed again when npm did it by hand', async () => {
    installByHand()
    expect(await setUp()).toEqual({ code: 0, said: '' })
    expect(npmCalls()).toEqual([])
  })

  it('are installed again after an installation that was killed half way', async () => {
    await setUp()
    write('package-lock.json', { packages: { '': {}, 'node_modules/one': { version: '2.0.0' } } })
    write('wait', '')
    const child = start()
    await vi.waitFor(() => expect(npmCalls()).toHaveLength(2), { timeout: 20_000 })
    process.kill(-Number(child.pid), 'SIGKILL')
    await once(child, 'exit')
    rmSync(join(root, 'wait'))
    // Back to what was complete before: half of it is gone.
    write('package-lock.json', LOCK)
    expect((await setUp()).said).toContain('installing the locked dependencies')
    expect(await setUp()).toEqual({ code: 0, said: '' })
  })

  it('are installed by one of two set-ups that run at the same time', async () => {
    write('wait', '')
    const first = start()
    const firstEnd = endOf(first)
    await vi.waitFor(() => expect(npmCalls()).toHaveLength(1), { timeout: 20_000 })
    const second = start()
    const secondEnd = endOf(second)
    await new Promise((resolve) => second.stderr?.once('data', resolve))
    write('go', '')
    expect((await firstEnd).code).toBe(0)
    expect(await secondEnd).toEqual({ code: 0, said: expect.stringContaining('waiting for another set-up') })
    expect(npmCalls()).toHaveLength(1)
    expect(existsSync(join(root, '.setup.lock'))).toBe(false)
  })

  it('end with the words of npm and exit code 2 when npm fails', async () => {
    write('fail', '')
    const { code, said } = await setUp()
    expect(code).toBe(2)
    expect(said).toContain('npm error no network')
    expect(said).toContain('Check the network')
  })
})

describe('the runtime', () => {
  it('has to be Node 26 or newer, wherever it comes from', async () => {
    program('node', 'echo v20.1.0')
    const { code, said } = await setUp()
    expect(code).toBe(2)
    expect(said).toContain('Install Node 26 or newer')
  })
})

describe('Redis', () => {
  it('is not looked for when REDIS_URL names one', async () => {
    rmSync(join(bin, 'redis-server'))
    installByHand()
    expect(await setUp([], { REDIS_URL: 'redis://somewhere' })).toEqual({ code: 0, said: '' })
  })

  it('may be Valkey', async () => {
    installByHand()
    rmSync(join(bin, 'redis-server'))
    program('valkey-server', 'exit 0')
    expect(await setUp()).toEqual({ code: 0, said: '' })
  })

  it('is only warned about, with three ways out, where nothing can install it', async () => {
    installByHand()
    rmSync(join(bin, 'redis-server'))
    const { code, said } = await setUp()
    expect(code).toBe(0)
    expect(said).toMatch(/Redis is missing.*package.*container.*REDIS_URL/s)
  })

  it('is installed with the package manager, which refreshes its lists when it has to', async () => {
    installByHand()
    rmSync(join(bin, 'redis-server'))
    program('true', 'exit 0')
    program('sudo', 'while [ "$1" = -n ]; do shift; done; exec "$@"')
    program(
      'apt-get',
      `echo "$1" >>'${root}/apt-calls'
       case $1 in
         update) : >'${root}/refreshed' ;;
         install) [ -e '${root}/refreshed' ] || exit 100
           printf '#!/bin/sh\\n' >'${bin}/redis-server'; /bin/chmod 755 '${bin}/redis-server' ;;
       esac`,
    )
    const { code, said } = await setUp()
    expect(code).toBe(0)
    expect(said).toMatch(/installing Redis with (sudo -n )?apt-get/)
    expect(lines('apt-calls')).toEqual(['install', 'install', 'update', 'install'])
    expect(await setUp()).toEqual({ code: 0, said: '' })
  })
})

describe('the tests', () => {
  it('need Chromium as well', async () => {
    installByHand()
    expect((await setUp(['--tests'])).said).toContain('CHROMIUM_PATH')
    expect(await setUp(['--tests'], { CHROMIUM_PATH: '/opt/chromium' })).toEqual({ code: 0, said: '' })
    program('chromium', 'exit 0')
    expect(await setUp(['--tests'])).toEqual({ code: 0, said: '' })
  })
})

describe('a run that is under way', () => {
  it('is given HAProxy and nothing else', async () => {
    expect(await setUp(['--haproxy'], { HAPROXY_PATH: '/opt/haproxy' })).toEqual({ code: 0, said: '' })
    expect(npmCalls()).toEqual([])
  })
})

function installByHand(): void {
  mkdirSync(join(root, 'node_modules/one'), { recursive: true })
  write('node_modules/one/package.json', {})
  write('node_modules/.package-lock.json', LOCK)
}

function setUp(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
  return endOf(start(args, environment))
}

function start(
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [join(root, 'scripts/setup.mjs'), ...args], {
    cwd: tmpdir(),
    detached: true,
    env: {
      PATH: bin,
      npm_execpath: join(root, 'npm-cli.js'),
      npm_node_execpath: process.execPath,
      ...environment,
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  if (child.stderr === null) throw new Error('stderr is not piped')
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, said }
}

function program(name: string, script: string): void {
  const path = join(bin, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

function write(path: string, content: unknown): void {
  writeFileSync(join(root, path), JSON.stringify(content))
}

function npmCalls(): readonly string[] {
  return lines('npm-calls')
}

function lines(path: string): readonly string[] {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8').trim().split('\n') : []
}
