import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { protectedRequest, requestText, sendRaw } from './probe.ts'

describe('probe', () => {
  let server: Server | null = null
  afterEach(async () => {
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)))
    server = null
  })

  async function listen(answer: string): Promise<{ origin: string; seen: () => string }> {
    let seen = ''
    server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        seen += chunk.toString('latin1')
        if (seen.endsWith('\r\n\r\n')) socket.end(answer)
      })
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return { origin: `http://127.0.0.1:${address.port}`, seen: () => seen }
  }

  it('reports exactly the bytes that went over the wire, head and body apart', async () => {
    const answer = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 5\r\n\r\nhello'
    const { origin, seen } = await listen(answer)
    const response = await sendRaw({ origin }, protectedRequest('bearer', 'abc.def'))
    expect(seen()).toBe(
      `GET /me HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nConnection: keep-alive\r\nauthorization: Bearer abc.def\r\n\r\n`,
    )
    expect(response).toEqual({
      status: 401,
      requestBytes: seen().length,
      headBytes: answer.length - 5,
      bodyBytes: 5,
    })
  })

  it('puts the credential where the transport says', () => {
    expect(requestText(protectedRequest('cookie', 'abc'), 'h')).toContain(
      '\r\ncookie: __Host-session=abc\r\n',
    )
    expect(requestText(protectedRequest('bearer', null), 'h')).not.toMatch(/authorization|cookie/i)
  })

  it('says that a change comes from the own site where the credential is a cookie', () => {
    const logout = { method: 'POST', path: '/logout' } as const
    expect(protectedRequest('cookie', 'abc', logout).headers).toHaveProperty('sec-fetch-site', 'same-origin')
    expect(protectedRequest('cookie', 'abc').headers).not.toHaveProperty('sec-fetch-site')
    expect(protectedRequest('bearer', 'abc', logout).headers).not.toHaveProperty('sec-fetch-site')
  })

  it('writes a body behind the head that tells its length in bytes', () => {
    const request = {
      method: 'POST',
      path: '/login',
      headers: { 'content-type': 'a/b' },
      body: '"ä"',
    } as const
    expect(requestText(request, 'h')).toBe(
      'POST /login HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\ncontent-type: a/b\r\nContent-Length: 4\r\n\r\n"ä"',
    )
  })

  it('fails, and does not hang, when the server closes early or talks rubbish', async () => {
    const { origin } = await listen('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort')
    await expect(sendRaw({ origin }, protectedRequest('bearer', 'x'))).rejects.toMatchObject({
      code: 'PROBE_FAILED',
    })
  })

  it('fails when nobody listens', async () => {
    const { origin } = await listen('')
    await new Promise((resolve) => server?.close(resolve))
    server = null
    await expect(sendRaw({ origin }, protectedRequest('bearer', 'x'))).rejects.toMatchObject({
      code: 'PROBE_FAILED',
    })
  })
})
