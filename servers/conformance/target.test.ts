import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { checkTarget } from './target.ts'

const GOOD = ['good-credential-of-one-user-0001', 'good-credential-of-another-00002']

async function itemsOf(answer: RequestListener, credentials: readonly string[] = GOOD) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const foreign = { origin, path: '/api', credentials, transport: 'bearer' } as const
  const rows = await checkTarget(foreign, new AbortController().signal)
  server.close()
  const withOutcome = (wanted: string) =>
    rows.filter(({ outcome }) => outcome === wanted).map(({ item }) => item)
  return { passed: withOutcome('pass'), failed: withOutcome('unexpected failure'), rows }
}

test('a careful server passes what can be seen from outside', async () => {
  const { passed, failed, rows } = await itemsOf((request, reply) => {
    const fields = request.rawHeaders.filter((name) => name.toLowerCase() === 'authorization')
    const { authorization = '' } = request.headers
    const isGood = GOOD.map((good) => `Bearer ${good}`).includes(authorization)
    if (fields.length === 1 && isGood) return reply.end('{}')
    return reply.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
  })
  expect(rows.filter(({ detail }) => detail !== null)).toEqual([])
  expect([passed, failed]).toEqual([['J14', 'J17', 'S08', 'C01', 'C04', 'C05', 'A02'], []])
})

test('a careless server is told what it does', async () => {
  const { failed, rows } = await itemsOf((request, reply) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    const credential = searchParams.get('token') ?? (request.headers.authorization ?? '').slice(7)
    reply.setHeader('set-cookie', 'id=1; Path=/')
    if (GOOD.some((good) => credential !== '' && good.startsWith(credential.slice(0, 20))))
      return reply.end('{}')
    return reply.writeHead(403).end(`no session ${credential}`)
  })
  expect(failed).toEqual(['J17', 'S08', 'C01', 'C04', 'C05', 'A02'])
  expect(rows.find(({ item }) => item === 'C04')?.detail).toBe(
    'in the address as token: answered 200, not 401',
  )
})

test('a server that reads a token and checks nothing fails every forgery', async () => {
  const key = new TextEncoder().encode('x'.repeat(32))
  const token = () =>
    new SignJWT({ sub: 'user' }).setProtectedHeader({ alg: 'HS256' }).setJti(crypto.randomUUID()).sign(key)
  const { failed } = await itemsOf(
    async (request, reply) => {
      const [, payload = ''] = (request.headers.authorization ?? '').split('.')
      const { jku } = headerOf(request.headers.authorization?.slice(7) ?? '')
      if (typeof jku === 'string') await fetch(jku)
      if (payload.length > 20) return reply.end('{}')
      return reply.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    },
    [await token(), await token()],
  )
  expect(failed).toEqual(['J01', 'J03', 'J04', 'J05', 'J06', 'J07', 'J17', 'C05', 'A02'])
})

function headerOf(token: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  } catch {
    return {}
  }
}
