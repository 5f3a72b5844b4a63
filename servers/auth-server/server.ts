// In this folder: the authorization server that some strategies ask, and the client that asks it.

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { World } from '../../src/worlds/world.ts'
import type { AuthServerAddress, KeyMaterial, TokenProfile } from '../contract.ts'
import type { Way } from '../stores/redis-link.ts'
import { redisLinks } from '../stores/redis-links.ts'
import { redisSessions } from '../stores/redis-sessions.ts'
import { withRoles } from '../tokens/default-profile.ts'
import { buildAuthApp } from './app.ts'
import { basicAuthorization } from './client-authentication.ts'
import { opaqueTokens } from './opaque-tokens.ts'
import { signingKeys } from './signing-keys.ts'

export interface AuthServerOptions {
  readonly keys: Pick<KeyMaterial, 'RS256'>
  readonly token: TokenProfile
  readonly ttlSeconds: number
  /** Null: it issues signed tokens only. */
  readonly redisUrl: string | null
  /** Every key that it writes starts with it. */
  readonly keyPrefix: string
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Made anew where none is given. */
  readonly clientSecret?: string
}

/** What of a world an auth server has to know. */
export interface AuthServerWorld extends Pick<World, 'roles'> {
  /** Where it reaches its Redis; null: where the URL says. */
  readonly store: Way | null
}

export interface RunningAuthServer {
  readonly address: AuthServerAddress
  /** From now on: which roles new tokens have, and how it reaches its store. */
  enter(world: AuthServerWorld): Promise<void>
  /** The new key is published at once, long before it signs; the old one until the last token that it signed has expired. */
  rotateKeys(): Promise<void>
  /** Open connections are closed, not waited for. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const CLIENT_ID = 'resource-server'
const SECRET_BYTES = 32

/** @throws AuthbenchError `WEAK_KEY`, `REDIS_UNREACHABLE` */
export async function startAuthServer(options: AuthServerOptions): Promise<RunningAuthServer> {
  const { redisUrl, keyPrefix, port } = options
  const clientSecret = options.clientSecret ?? randomBytes(SECRET_BYTES).toString('base64url')
  const keys = await signingKeys(options.keys.RS256, options)
  const links = redisLinks(keyPrefix)
  const link = redisUrl === null ? null : await links.open(redisUrl)
  const token = { ...options.token }
  const app = buildAuthApp({
    ...options,
    token,
    signingKeys: keys,
    opaqueTokens: link === null ? null : opaqueTokens(redisSessions(link, options.now), options.now),
    authorization: basicAuthorization(CLIENT_ID, clientSecret),
  })
  const close = async () => {
    await app.close()
    await links.close()
  }
  try {
    await app.listen({ host: HOST, port })
  } catch (error) {
    await close()
    throw error
  }
  const { port: own } = app.server.address() as AddressInfo
  return {
    address: { origin: `http://${HOST}:${own}`, clientId: CLIENT_ID, clientSecret },
    async enter({ roles, store }) {
      await links.moveTo(store)
      token.claims = withRoles(options.token.claims, roles)
    },
    rotateKeys: keys.rotate,
    close,
  }
}
