import { spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

test('serve signs with the key of the file, says so, and keeps it to itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'authbench-serve-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const secret = randomBytes(32)
  const file = join(folder, 'keys.json')
  const k = secret.toString('base64url')
  await writeFile(file, JSON.stringify({ keys: [{ kty: 'oct', k, alg: 'HS256' }] }))

  const child = spawn(process.execPath, [MAIN, 'serve', 'jwt-hs256-fast', '--keys', file], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  const origin = /http:\S+/.exec(said[0] ?? '')?.[0]
  expect(said[1]).toBe(`From ${file}: HS256. All other keys are new.`)
  expect(said.join()).not.toContain(k)

  const reply = await fetch(`${origin}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"subject":"someone"}',
  })
  const { access_token: token } = (await reply.json()) as { access_token: string }
  const [header, payload, signature] = token.split('.')
  expect(createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')).toBe(signature)

  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
})
