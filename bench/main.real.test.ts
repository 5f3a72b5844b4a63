import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Ended, ended } from './testing/child-processes.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

describe('the program', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench cli '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function authbench(...args: string[]): Promise<Ended> {
    // A lock and temporary folders of its own: what a test leaves behind shows.
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, TMPDIR: folder, REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return ended(child)
  }
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const out = () => ['--out', join(folder, 'out')]

  it('ends with the exit code of its command, what it says on the right stream', async () => {
    const help = await authbench('--help')
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes') })
    const wrong = await authbench('run', '--profile', 'quik')
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("'quick'") })
    expect(wrong.stderr).not.toMatch(/\n\s+at /)
  })

  it.runIf(process.platform === 'linux')(
    'tells an output that takes no more, and ends in silence where nobody reads',
    async () => {
      const told = await ended(
        spawn(process.execPath, [MAIN, 'list'], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] }),
      )
      expect(told).toMatchObject({ code: 3, stderr: expect.stringContaining('OUTPUT_LOST') })
      const piped = spawn(process.execPath, [MAIN, 'list'], { stdio: ['ignore', 'pipe', 'pipe'] })
      piped.stdout.destroy()
      expect(await ended(piped)).toMatchObject({ code: 0, stderr: '' })
    },
  )

  it.runIf(process.platform === 'linux')(
    'does not spin where no folder can be made, and gives the lock back',
    async () => {
      const refused = await authbench('run', '--profile', 'smoke', '--out', '/proc/authbench/results')
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('OUT_NOT_WRITABLE') })
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('ends within seconds when Redis refuses, and leaves neither folder nor lock nor password', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    await new Promise((resolve) => server.close(resolve))
    const { code, stderr } = await authbench('run', '--redis', `redis://:hunter2@127.0.0.1:${port}`, ...out())
    expect(stderr).toContain('REDIS_REFUSED')
    expect(stderr).not.toContain('hunter2')
    expect(code).toBe(3)
    expect(readdirSync(folder)).toEqual(['out'])
    expect(readdirSync(join(folder, 'out'))).toEqual([])
  })

  it('serves with no key that is weak or half, and does not print it', async () => {
    const serve = (name: string, key: object) =>
      authbench('serve', 'jwt-hs256', '--keys', file(name, JSON.stringify(key)))
    const weak = await serve('weak.json', { kty: 'oct', k: 'aHVudGVyMg', alg: 'HS256' })
    expect(weak).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('WEAK_KEY') })
    const half = await serve('half.json', { kty: 'OKP', crv: 'Ed25519', x: 'aHVudGVyMg', alg: 'EdDSA' })
    expect(half).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('"d" is missing') })
    expect(weak.stderr + half.stderr).not.toContain('aHVudGVyMg')
  })

  it('ends when its work is done, though a strategy keeps the process busy', async () => {
    const example = fileURLToPath(new URL('../servers/examples/hmac-ticket.ts', import.meta.url))
    const restless = file(
      'restless.ts',
      `import ticket from '${example}'\nsetInterval(() => {}, 1000)\nexport default { ...ticket, id: 'restless' }\n`,
    )
    const { code, stdout } = await authbench('conformance', '--strategy', restless)
    expect(stdout).toContain('restless')
    expect(code).toBe(0)
  })
})
