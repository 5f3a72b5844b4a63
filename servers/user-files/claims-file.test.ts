import { expect, test } from 'vitest'
import { errorOf } from '../../src/testing/error-of.ts'
import { DEFAULT_TOKEN_PROFILE } from '../tokens/default-profile.ts'
import { assertNoneTaken, parseClaimsFile, tokenProfileFromClaims } from './claims-file.ts'

test('the payload of a decoded token can be given as it is', () => {
  const payload = {
    iss: 'https://id.example.test',
    aud: 'https://api.example.test/v2',
    sub: 'auth0|1',
    client_id: 'shop',
    exp: 1_700_000_060,
    iat: 1_700_000_000,
    nbf: 1_700_000_000,
    jti: 'x',
    scope: 'read',
    org: { id: 7 },
  }
  expect(parseClaimsFile(`\uFEFF${JSON.stringify(payload)}`, 'claims.json')).toEqual({
    issuer: 'https://id.example.test',
    audience: 'https://api.example.test/v2',
    otherAudiences: [],
    clientId: 'shop',
    claims: { scope: 'read', org: { id: 7 } },
  })
})

test('what the file does not name stays as it is by default', () => {
  expect(tokenProfileFromClaims({}, 'claims.json')).toEqual({ ...DEFAULT_TOKEN_PROFILE, claims: {} })
})

test('a file that is not JSON is refused with line and column, and without its content', () => {
  const error = errorOf(() => parseClaimsFile('{\n  "secret": 1,,\n}', 'claims.json'))
  expect(error).toMatchObject({ code: 'CLAIMS_NOT_JSON', exitCode: 2 })
  expect(error.message).toBe('claims.json is not JSON: see line 2, column 15')
})

test.each([
  ['[]', 'an array'],
  ['null', 'null'],
  ['"x"', 'string'],
])('%s is refused: not an object', (text, found) => {
  const error = errorOf(() => parseClaimsFile(text, 'claims.json'))
  expect(error).toMatchObject({ code: 'CLAIMS_NOT_OBJECT', exitCode: 2 })
  expect(error.message).toBe(`claims.json holds ${found}, not a JSON object`)
})

test('reserved claims of the wrong type are named all at once, with both types', () => {
  const claims = { iss: 7, aud: [7], sub: null, client_id: {}, jti: true, exp: 'x', iat: '1', nbf: [] }
  const error = errorOf(() => tokenProfileFromClaims(claims, 'claims.json'))
  expect(error).toMatchObject({ code: 'CLAIMS_INVALID', exitCode: 2 })
  expect(error.message).toContain('"aud" must be a string, or an array of strings, and is an array')
  expect(error.message.split('; ').filter((part) => !part.includes('"aud"'))).toEqual([
    'claims.json: "iss" must be a string and is number',
    '"sub" must be a string and is null',
    '"client_id" must be a string and is an object',
    '"jti" must be a string and is boolean',
    '"exp" must be a number and is string',
    '"iat" must be a number and is string',
    '"nbf" must be a number and is an array',
  ])
})

test('a claim that a strategy sets itself is refused for that strategy alone, which is named', () => {
  const profile = tokenProfileFromClaims({ sid: 'x', status: 'gold', active: true }, 'claims.json')
  expect(profile.claims).toEqual({ sid: 'x', status: 'gold', active: true })
  const plain = { id: 'plain' }
  const sessions = { id: 'sessions', ownClaims: ['sid', 'toString'] }
  expect(() => assertNoneTaken(profile, [plain, { id: 'other', ownClaims: ['token_version'] }])).not.toThrow()
  const error = errorOf(() =>
    assertNoneTaken(profile, [plain, sessions, { id: 'asked', ownClaims: ['active'] }]),
  )
  expect(error).toMatchObject({ code: 'CLAIMS_TAKEN', exitCode: 2 })
  expect(error.message).toMatch(/: sessions sets "sid" itself; asked sets "active" itself$/)
})

test('takes several audiences, as identity providers issue them', () => {
  const claims = { aud: ['https://api.example', 'https://userinfo.example'] }
  expect(tokenProfileFromClaims(claims, 'claims.json')).toMatchObject({
    audience: 'https://api.example',
    otherAudiences: ['https://userinfo.example'],
    claims: {},
  })
  for (const aud of [[], [1], {}, null]) {
    expect(() => tokenProfileFromClaims({ aud }, 'claims.json')).toThrow(
      expect.objectContaining({ code: 'CLAIMS_INVALID' }),
    )
  }
})
