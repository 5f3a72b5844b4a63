import { createPrivateKey, createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import fastifyJwt, { type FastifyJWTOptions } from '@fastify/jwt'
import { createVerifier, type VerifierOptions } from 'fast-jwt'
import { type FastifyRequest, fastify } from 'fastify'
import { importSPKI, type JWK, type JWTVerifyOptions, jwtVerify } from 'jose'
import jsonwebtoken, { type VerifyOptions } from 'jsonwebtoken'
import { type KeyMaterial, MAX_CREDENTIAL_BYTES, type TokenProfile } from '../../../servers/contract.ts'
import { ACCESS_TOKEN_TYPE, canonicalSignature, readClaims } from '../../../servers/tokens/claims.ts'
import { fastCodec } from '../../../servers/tokens/fast-jwt.ts'
import { joseCodec } from '../../../servers/tokens/jose.ts'
import { HMAC_BYTES, hmacSecret, keyPair } from '../../../servers/tokens/keys.ts'
import type { Configuration, KeyKind, Library } from '../../../src/experiments/forgery/observation.ts'
import type { Stage } from '../../trials/experiment.ts'

export interface VerifierProps {
  readonly kind: KeyKind
  readonly jwk: JWK
  readonly keys: KeyMaterial
  readonly token: TokenProfile
  readonly ttlSeconds: number
}

/** The subject that the token speaks for; anything but a text where it names none. Throws: refused. */
export type Verify = (token: string) => Promise<unknown>

const CLAIMS = ['iss', 'aud', 'exp', 'sub', 'client_id', 'iat', 'jti']

/** What examples have in the place of the key: the secret, or the public key as PEM. */
function keyOf({ kind, jwk }: VerifierProps): Buffer {
  if (kind === 'HS256') return Buffer.from(jwk.k ?? '', 'base64url')
  const key = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' }))
  return Buffer.from(key.export({ format: 'pem', type: 'spki' }))
}

/** The checks of the servers, after a library has checked the signature. @throws AuthbenchError `WEAK_KEY` */
function ownChecks({ kind, jwk, token: profile }: VerifierProps) {
  if (kind === 'HS256') hmacSecret(jwk)
  const signatureBytes = kind === 'HS256' ? HMAC_BYTES : keyPair(kind, jwk).signatureBytes
  const isCanonical = canonicalSignature(signatureBytes)
  return (token: string, header: Readonly<Record<string, unknown>>, payload: unknown): string => {
    const claims = typeof payload === 'object' && payload !== null ? { ...payload } : {}
    const read =
      token.length <= MAX_CREDENTIAL_BYTES &&
      isCanonical(token) &&
      header.typ === ACCESS_TOKEN_TYPE &&
      header.crit === undefined
        ? readClaims(claims, profile, Date.now())
        : null
    if (read === null) throw new Error('refused')
    return read.identity.sub
  }
}

/** The servers' own codecs, behind their limit. */
function codec(verify: (token: string) => unknown): Verify {
  return async (token) => {
    const read = token.length > MAX_CREDENTIAL_BYTES ? null : await verify(token)
    if (typeof read !== 'object' || read === null || !('identity' in read)) throw new Error('refused')
    return Object(read.identity).sub
  }
}

const depsOf = ({ kind, jwk, keys, token, ttlSeconds }: VerifierProps) => ({
  now: Date.now,
  clock: () => performance.now(),
  ttlSeconds,
  keys: { ...keys, [kind]: jwk },
  token,
  store: () => Promise.reject(new Error('no store here')),
  redis: () => Promise.reject(new Error('no Redis here')),
  folder: '',
  authServer: null,
})

async function jose(configuration: Configuration, props: VerifierProps): Promise<Verify> {
  const { kind, token: profile, ttlSeconds } = props
  if (configuration === 'ours') {
    const { verify } = await joseCodec(kind, depsOf(props))
    return codec(verify)
  }
  // The README leads to `jwtVerify`, whose first example gives issuer and audience.
  const readme: JWTVerifyOptions = { issuer: profile.issuer, audience: profile.audience }
  const options: JWTVerifyOptions = {
    ...readme,
    algorithms: [kind],
    typ: ACCESS_TOKEN_TYPE,
    requiredClaims: CLAIMS,
    maxTokenAge: ttlSeconds,
  }
  const bytes = keyOf(props)
  const key = kind === 'HS256' ? Uint8Array.from(bytes) : await importSPKI(bytes.toString(), kind)
  return async (token) => {
    const { payload } = await jwtVerify(token, key, configuration === 'readme' ? readme : options)
    return payload.sub
  }
}

const fastOptions = ({ kind, token, ttlSeconds }: VerifierProps): VerifierOptions => ({
  algorithms: [kind],
  allowedIss: token.issuer,
  allowedAud: token.audience,
  requiredClaims: CLAIMS,
  checkTyp: ACCESS_TOKEN_TYPE,
  maxAge: 1000 * ttlSeconds,
})

async function fastJwt(configuration: Configuration, props: VerifierProps): Promise<Verify> {
  if (configuration === 'ours') return codec(fastCodec(depsOf(props), props.kind).verify)
  // "createVerifier", "Sync style": a key and nothing else.
  const verify = createVerifier({
    key: keyOf(props),
    ...(configuration === 'readme' ? {} : fastOptions(props)),
  })
  return async (token) => verify(token).sub
}

async function jsonWebToken(configuration: Configuration, props: VerifierProps): Promise<Verify> {
  const key = keyOf(props)
  const { kind, token: profile, ttlSeconds } = props
  if (configuration === 'ours') {
    const check = ownChecks(props)
    return async (token) => {
      const { header, payload } = jsonwebtoken.verify(token, key, {
        algorithms: [kind],
        complete: true,
        ignoreExpiration: true,
        ignoreNotBefore: true,
      })
      return check(token, { ...header }, payload)
    }
  }
  // "verify a token symmetric - synchronous" and "verify a token asymmetric": a key and nothing else.
  const options: VerifyOptions =
    configuration === 'readme'
      ? {}
      : {
          algorithms: [kind],
          issuer: profile.issuer,
          audience: profile.audience,
          maxAge: ttlSeconds,
        }
  return async (token) => Object(jsonwebtoken.verify(token, key, options)).sub
}

async function fastifyPlugin(
  configuration: Configuration,
  props: VerifierProps,
  stage: Pick<Stage, 'defer'>,
): Promise<Verify> {
  const key = keyOf(props)
  const check = configuration === 'ours' ? ownChecks(props) : null
  const verify: FastifyJWTOptions['verify'] = {
    readme: {},
    options: fastOptions(props),
    ours: { algorithms: [props.kind], complete: true, ignoreExpiration: true, ignoreNotBefore: true },
  }[configuration]
  const app = fastify({ logger: false })
  stage.defer(() => app.close())
  // "Usage": a secret, and `request.jwtVerify()` in a hook; public keys as in "secret (required)".
  await app.register(fastifyJwt, {
    secret: props.kind === 'HS256' ? key : { public: key },
    ...(configuration === 'readme' ? {} : { verify }),
  })
  app.addHook('onRequest', async (request: FastifyRequest) => {
    await request.jwtVerify()
  })
  app.get('/', async (request) => {
    if (check === null) return { sub: Object(request.user).sub }
    const { header, payload } = Object(request.user)
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    return { sub: check(token, { ...header }, payload) }
  })
  await app.ready()
  return async (token) => {
    const reply = await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })
    if (reply.statusCode !== 200) throw new Error(`status ${reply.statusCode}`)
    return reply.json().sub
  }
}

type Open = (
  configuration: Configuration,
  props: VerifierProps,
  stage: Pick<Stage, 'defer'>,
) => Promise<Verify>

export const VERIFIERS: Readonly<Record<Library, Open>> = {
  jose,
  'fast-jwt': fastJwt,
  jsonwebtoken: jsonWebToken,
  '@fastify/jwt': fastifyPlugin,
}

/** Of the installed package. */
export function versionOf(library: Library): string {
  const found: unknown = createRequire(import.meta.url)(`${library}/package.json`)
  return String(Object(found).version)
}
