import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { refuseCrossSite } from './cross-site.ts'

const HOST = 'api.example.test'

async function statusWith(headers: Readonly<Record<string, string>>): Promise<number> {
  const app = fastify()
  app.post('/change', { onRequest: refuseCrossSite }, async () => 'changed')
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/change',
    headers: { host: HOST, ...headers },
  })
  await app.close()
  return statusCode
}

test.each([
  ['its own origin', { origin: `https://${HOST}` }],
  ['its own origin behind a proxy that ends TLS', { origin: `http://${HOST}` }],
  ['its own pages', { 'sec-fetch-site': 'same-origin' }],
] as const)('a change from %s is made', async (_what, headers) => {
  expect(await statusWith(headers)).toBe(200)
})

test.each([
  ['nowhere', {}],
  ['another origin', { origin: 'https://evil.example.test' }],
  ['a neighbour', { origin: `https://www.${HOST}` }],
  ['another port', { origin: `https://${HOST}:8443` }],
  ['a sandboxed page', { origin: 'null' }],
  ['no address', { origin: HOST }],
  ['another site, whatever its origin', { 'sec-fetch-site': 'cross-site', origin: `https://${HOST}` }],
  ['a neighbour, by its own word', { 'sec-fetch-site': 'same-site', origin: `https://${HOST}` }],
  ['an address bar', { 'sec-fetch-site': 'none' }],
] as const)('a change from %s is refused', async (_what, headers) => {
  expect(await statusWith(headers)).toBe(403)
})
