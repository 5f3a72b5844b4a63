import assert from 'node:assert/strict'
import { exportJWK, generateKeyPair } from 'jose'
import type { StrategyInfo } from '../../../src/results/strategy-info.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../tokens/default-profile.ts'
import { type ConformanceCase, sharesItsStore } from '../case.ts'
import { openProver, type Prover, type Twist } from '../formats/proofs.ts'
import { loginRequest, type Node, type Subject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertProofRefused } from '../harness/expectations.ts'
import type { Reply } from '../harness/raw-http.ts'

const asksForProofs = ({ proof }: StrategyInfo) => proof !== undefined
const { audience } = DEFAULT_TOKEN_PROFILE
const ME = '/me'
/** What the checks allow a clock, and a second more. */
const TOO_OLD_SECONDS = 61
const TOO_EARLY_SECONDS = 6

/** A client whose key is its own, with a token that is bound to it. */
interface Client {
  readonly prover: Prover
  readonly token: string
  /** With another proof, or with none. */
  me(proof: string | null, node?: Node, path?: string): Promise<Reply>
  prove(twist?: Twist): Promise<string>
}

async function openClient(subject: Subject): Promise<Client> {
  const prover = await openProver(audience, subject.now)
  const reply = await subject.send(await prover.proven(loginRequest(USER)))
  assert.equal(reply.status, 200, 'login with a proof')
  const token = String(JSON.parse(reply.body).access_token)
  return {
    prover,
    token,
    prove: (twist) => prover.proof({ method: 'GET', path: ME, token }, twist),
    me: (proof, node = subject, path = ME) =>
      node.send({
        path,
        headers: [
          ['authorization', `DPoP ${token}`],
          // An empty one keeps the harness from adding its own.
          ['dpop', proof ?? ''],
        ],
      }),
  }
}

/** Tokens that are bound to the key of their client (RFC 9449). */
export const proofCases: readonly ConformanceCase[] = [
  {
    id: 'J20',
    name: 'gives no token to a login without a proof that holds',
    appliesTo: asksForProofs,
    async run(subject) {
      const prover = await openProver(audience, subject.now)
      const login = loginRequest(USER)
      const [stranger, old] = await Promise.all([
        prover.proof({ method: 'POST', path: ME, token: null }),
        prover.proof({ method: 'POST', path: login.path, token: null }, { claims: { iat: 1 } }),
      ])
      for (const [what, proof] of Object.entries({ none: '', 'of another path': stranger, old })) {
        const reply = await subject.send({ ...login, headers: [...(login.headers ?? []), ['dpop', proof]] })
        assert.equal(reply.status, 400, `${what}: status`)
        assert.equal(reply.body, '{"error":"invalid_dpop_proof"}', `${what}: body`)
      }
      assert.equal((await subject.send(await prover.proven(login))).status, 200, 'with a proof')
    },
  },
  {
    id: 'J20',
    name: 'takes a bound token neither as a bearer token, nor with no proof, nor with that of another key',
    appliesTo: asksForProofs,
    async run(subject) {
      const client = await openClient(subject)
      const thief = await openProver(audience, subject.now)
      const stolen = { method: 'GET', path: ME, token: client.token } as const
      assertAccepted(await client.me(await client.prove()), USER, 'its own proof')
      assertProofRefused(await client.me(null), 'no proof')
      assertProofRefused(await client.me(await thief.proof(stolen)), "another's key")
      const { privateKey } = thief
      assertProofRefused(await client.me(await client.prove({ signer: privateKey })), "another's signature")
      const bearer = await subject.send({
        path: ME,
        headers: [
          ['authorization', `Bearer ${client.token}`],
          ['dpop', await client.prove()],
        ],
      })
      assert.equal(bearer.status, 401, 'as a bearer token')
      assert.match(String(bearer.headers['www-authenticate']), /^DPoP /, 'challenge')
      assertAccepted(await client.me(await client.prove()), USER, 'its own proof, afterwards')
    },
  },
  {
    id: 'J20',
    name: 'takes a proof for its own method, address and token only, of the right type and algorithm',
    appliesTo: asksForProofs,
    async run(subject) {
      const client = await openClient(subject)
      const other = await subject.login()
      const { privateKey: edwards } = await generateKeyPair('EdDSA')
      const claims: readonly Record<string, unknown>[] = [
        ...[undefined, 'POST', 'get', 7].map((htm) => ({ htm })),
        ...[undefined, `${audience}/other`, `https://evil.example.test${ME}`, ME, 7].map((htu) => ({ htu })),
        ...[undefined, 'AAAA', 7].map((ath) => ({ ath })),
        ...[undefined, '', 'j'.repeat(200), 7].map((jti) => ({ jti })),
      ]
      for (const wrong of claims) {
        assertProofRefused(await client.me(await client.prove({ claims: wrong })), JSON.stringify(wrong))
      }
      const { publicJwk } = client.prover
      const twists: Readonly<Record<string, Twist>> = {
        'other type': { header: { typ: 'JWT' } },
        'no key': { header: { jwk: undefined } },
        'private key': { header: { jwk: await exportJWK(client.prover.privateKey) } },
        'other algorithm': { algorithm: 'EdDSA', signer: edwards },
        'point beside the curve': { header: { jwk: { ...publicJwk, y: 'A'.repeat(43) } } },
        'half a point': { header: { jwk: { ...publicJwk, y: 7 } } },
        'key of another curve': { header: { jwk: { ...publicJwk, crv: 'P-384' } } },
      }
      for (const [what, twist] of Object.entries(twists)) {
        assertProofRefused(await client.me(await client.prove(twist)), what)
      }
      const elsewhere = await client.prover.proof({ method: 'GET', path: ME, token: other })
      assertProofRefused(await client.me(elsewhere), 'for another token')
      const proof = await client.prove()
      for (const [what, text] of Object.entries({
        'two in one': `${proof}, ${await client.prove()}`,
        'cut short': proof.slice(0, -4),
        'no JWT': 'x',
      })) {
        assertProofRefused(await client.me(text), what)
      }
      assertAccepted(await client.me(proof), USER, 'the proof itself, which was not used up')
    },
  },
  {
    id: 'J20',
    name: 'compares addresses without query and fragment',
    appliesTo: asksForProofs,
    async run(subject) {
      const client = await openClient(subject)
      const proof = await client.prove({ claims: { htu: `${audience}${ME}?x=1#y` } })
      assertAccepted(await client.me(proof, subject, `${ME}?page=2`), USER, 'with a query')
    },
  },
  {
    id: 'J20',
    name: 'takes no host for its own because the request names it',
    appliesTo: asksForProofs,
    async run(subject) {
      const client = await openClient(subject)
      for (const htu of [`https://evil.example.test${ME}`, `http://evil.example.test${ME}`]) {
        // Such a first line is for proxies, and servers have to understand it (RFC 9112 section 3.2.2).
        assertProofRefused(await client.me(await client.prove({ claims: { htu } }), subject, htu), htu)
      }
    },
  },
  {
    id: 'J20',
    name: 'answers a proof whose key says what it may be used for as it answers others',
    appliesTo: asksForProofs,
    async run(subject) {
      const client = await openClient(subject)
      const { publicJwk } = client.prover
      const sayings = [{ key_ops: [] }, { key_ops: ['verify'], ext: true }, { key_ops: 7 }, { use: 7 }]
      for (const more of sayings) {
        const reply = await client.me(await client.prove({ header: { jwk: { ...publicJwk, ...more } } }))
        assert.ok(reply.status === 200 || reply.status === 401, `${JSON.stringify(more)}: ${reply.status}`)
      }
    },
  },
  {
    id: 'J21',
    name: 'refuses a proof that it has taken, and one that is old or from the future',
    appliesTo: asksForProofs,
    async run(subject) {
      const client = await openClient(subject)
      const once = await client.prove()
      assertAccepted(await client.me(once), USER, 'first')
      assertProofRefused(await client.me(once), 'again')
      const now = subject.now() / 1000
      for (const iat of [now - TOO_OLD_SECONDS, now + TOO_EARLY_SECONDS, String(now), null, undefined]) {
        assertProofRefused(await client.me(await client.prove({ claims: { iat } })), `iat ${iat}`)
      }
      const kept = await client.prove()
      await subject.advance(TOO_OLD_SECONDS)
      assertProofRefused(await client.me(kept), 'kept for too long')
      assertProofRefused(await client.me(once), 'again, later')
      const together = await client.prove()
      const replies = await Promise.all(Array.from({ length: 5 }, () => client.me(together)))
      assert.equal(replies.filter(({ status }) => status === 200).length, 1, 'of five at once')
    },
  },
  {
    id: 'J21',
    name: 'refuses a proof that another node has taken',
    appliesTo: (strategy) => asksForProofs(strategy) && sharesItsStore(strategy),
    async run(subject) {
      const client = await openClient(subject)
      const node = await subject.otherNode()
      const once = await client.prove()
      assertAccepted(await client.me(once, node), USER, 'the other node')
      assertProofRefused(await client.me(once), 'this node')
    },
  },
]
