import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * A browser sends the cookie along whoever made it send the request. `SameSite=Lax` keeps it from most of other sites,
 * not from a neighbour under the same registrable domain, and does nothing for a login (OWASP cross-site request
 * forgery cheat sheet). So a request that changes something has to say that it comes from here.
 */
export async function refuseCrossSite(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  return comesFromHere(request) ? undefined : reply.code(403).send({ error: 'forbidden' })
}

/**
 * Both fields are the browser's own; no script can set them. Browsers without Sec-Fetch-Site send Origin with every
 * POST. What sends neither is no browser, and has no need of a cookie.
 */
function comesFromHere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin, host } = headers
  // The scheme is not compared: behind a proxy that ends TLS it is not known here.
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host
}
