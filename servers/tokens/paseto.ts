import type { JWK } from 'jose'
import { type Claims, PasetoError, PublicProtocol } from 'paseto'
import { ImportPublicKeyFactory, ImportSecretKeyFactory, SignFactory, VerifyFactory } from 'paseto/v4/public'
import type { StrategyDeps } from '../contract.ts'
import { type AccessToken, newClaims, readClaims } from './claims.ts'
import { jwkOf, keyPair } from './keys.ts'

interface PasetoCodec {
  sign(subject: string): Promise<string>
  /** Null: not a valid access token of this issuer for this audience, at this moment. */
  verify(token: string): Promise<AccessToken | null>
}

/** Knows v4.public and nothing else. */
export const v4Public = new PublicProtocol(
  ImportPublicKeyFactory,
  ImportSecretKeyFactory,
  SignFactory,
  VerifyFactory,
)

const encoder = new TextEncoder()
/** PASETO has no `typ`. What is signed but not carried keeps a token of another purpose from passing for this one. */
const PURPOSE = encoder.encode('access token')
const NO_FOOTER = encoder.encode('')

/**
 * PASETO v4.public access tokens: Ed25519 over claims like those of a JWT, with times in RFC 3339 and one audience.
 * The library refuses every spelling of the signature but the canonical one.
 * @throws AuthbenchError `WEAK_KEY`
 */
export async function pasetoCodec(deps: StrategyDeps): Promise<PasetoCodec> {
  const { signingKey, verificationKey } = await pasetoKeys(deps.keys.PASETO)
  const options = { implicitAssertion: PURPOSE, footer: NO_FOOTER }
  return {
    sign: (subject) => v4Public.Sign(signingKey, toPaseto(newClaims(subject, deps), deps), options),
    async verify(token) {
      const now = deps.now()
      try {
        const { claims } = await v4Public.Verify(verificationKey, token, { ...options, now: new Date(now) })
        return readClaims(fromPaseto(claims), deps.token, now)
      } catch (error) {
        if (error instanceof PasetoError) return null
        throw error
      }
    },
  }
}

/**
 * Imported once, by way of PASERK: the bytes of the private key and those of the public one.
 * @throws AuthbenchError `WEAK_KEY`
 */
export async function pasetoKeys(jwk: JWK) {
  const { d = '', x = '' } = jwkOf(keyPair('PASETO', jwk).privateKey)
  const secret = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')])
  const [signingKey, verificationKey] = await Promise.all([
    v4Public.ImportSecretKey(`k4.secret.${secret.toString('base64url')}`),
    v4Public.ImportPublicKey(`k4.public.${x}`),
  ])
  return { signingKey, verificationKey }
}

function toPaseto({ iat, exp, ...claims }: Record<string, unknown>, { token }: StrategyDeps): Claims {
  // Those of the profile were read from JSON.
  return { ...(claims as Claims), aud: token.audience, iat: dateTime(iat), exp: dateTime(exp) }
}

const dateTime = (seconds: unknown) => new Date(1000 * Number(seconds)).toISOString().replace('.000Z', 'Z')

function fromPaseto({ iat, exp, nbf, ...claims }: Claims): Record<string, unknown> {
  return { ...claims, iat: seconds(iat), exp: seconds(exp), nbf: seconds(nbf) }
}

/** The library has seen to it that what is there is a date. */
function seconds(dateTime: string | undefined): number | undefined {
  return dateTime === undefined ? undefined : Date.parse(dateTime) / 1000
}
