import { type EngineRequest, OWN } from './engine.ts'

/** What the server gave to one connection; empty where it gave nothing. */
interface OwnTokens {
  readonly credential: string
  readonly refreshToken: string
}

export const NO_TOKENS: OwnTokens = { credential: '', refreshToken: '' }

/** RFC 6749 appendix A.12 and A.17. Anything else could end the header that it is put into. */
const TOKEN = /^[\x20-\x7e]+$/

/** Of the answer to a login or a refresh. Without a new refresh token the old one stays in use (RFC 6749 section 6). */
export function tokensIn(body: string, before: OwnTokens): OwnTokens {
  const answer = parsed(body)
  const credential = tokenOf(answer, 'access_token')
  if (credential === null) return NO_TOKENS
  return { credential, refreshToken: tokenOf(answer, 'refresh_token') ?? before.refreshToken }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function tokenOf(answer: unknown, name: string): string | null {
  if (typeof answer !== 'object' || answer === null) return null
  const token: unknown = Reflect.get(answer, name)
  return typeof token === 'string' && TOKEN.test(token) ? token : null
}

/** The request as the connection sends it now. */
export function withOwn(request: EngineRequest, tokens: OwnTokens): EngineRequest {
  const { headers, body, sends } = request
  const token = sends === 'refresh token' ? tokens.refreshToken : tokens.credential
  const escaped = JSON.stringify(token).slice(1, -1)
  return {
    ...request,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replaceAll(OWN, () => token)]),
    ),
    ...(body === undefined ? {} : { body: body.replaceAll(OWN, () => escaped) }),
  }
}
