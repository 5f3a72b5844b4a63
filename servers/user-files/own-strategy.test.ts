import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { testDeps } from '../testing/test-deps.ts'
import { loadStrategy } from './own-strategy.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function file(text: string): string {
  const path = join(folder, `${++files}.mjs`)
  writeFileSync(path, text)
  return path
}

const declared = `id: 'mine', title: 'Mine', summary: 'Mine.', state: 'stateful', revocation: { effect: 'immediate' }, needs: ['redis']`

test('the example is a strategy, and its own credential is accepted', async () => {
  const strategy = await loadStrategy(join(import.meta.dirname, '../examples/hmac-ticket.ts'))
  const authenticator = await strategy.open(await testDeps())
  const credential = await authenticator.issue('someone')
  expect(await authenticator.verify(credential)).toMatchObject({ sub: 'someone' })
})

test('what is left out follows from what is declared', async () => {
  const { open, ...info } = await loadStrategy(file(`export default { ${declared}, open() {} }`))
  expect(open).toBeTypeOf('function')
  expect(info).toEqual({
    id: 'mine',
    title: 'Mine',
    summary: 'Mine.',
    state: 'stateful',
    family: 'session',
    revocation: { effect: 'immediate' },
    needs: ['redis'],
    stores: null,
    roundTrips: 1,
    cache: null,
    refreshes: false,
    exceptions: {},
    library: null,
  })
})

test.each([
  ['nothing', 'export const x = 1', /Invalid input/],
  ['no open', `export default { ${declared} }`, /no function `open`/],
  [
    'an id that is none',
    `export default { ${declared.replace("'mine'", "'../x'")}, open() {} }`,
    /lower-case/,
  ],
  ['an unknown need', `export default { ${declared.replace("'redis'", "'mongo'")}, open() {} }`, /needs/],
])('a file that exports %s is refused with the reason', async (_what, text, message) => {
  await expect(loadStrategy(file(text))).rejects.toMatchObject({
    code: 'STRATEGY_FILE_INVALID',
    exitCode: 2,
    message: expect.stringMatching(message),
  })
})

test.each([
  ['that throws', 'throw new Error("broken on purpose")', /broken on purpose/],
  ['that is no JavaScript', 'export default {', /mjs/],
])('a file %s is refused with the reason', async (_what, text, message) => {
  await expect(loadStrategy(file(text))).rejects.toMatchObject({
    code: 'STRATEGY_FILE_FAILED',
    message: expect.stringMatching(message),
  })
})

test('a file that is not there is named', async () => {
  await expect(loadStrategy(join(folder, 'nowhere.ts'))).rejects.toMatchObject({
    code: 'STRATEGY_FILE_FAILED',
    message: expect.stringContaining('nowhere.ts'),
  })
})

const opened = async (members: string, state = 'stateful') => {
  const text = `export default { ${declared.replace("'stateful'", `'${state}'`)}, async open() { return { ${members} } } }`
  return (await loadStrategy(file(text))).open(await testDeps())
}
const sound = `issue: () => 'x', verify: (c) => c === 'x' ? { sub: 'authbench', claims: {} } : null, revoke() {}, close() {}`

test('what opens is asked once whether it keeps the contract', async () => {
  await expect(opened(sound)).resolves.toHaveProperty('verify')
})

test.each([
  ['nothing at all', '', /issue/],
  ['a credential that is no text', `${sound}, issue: () => 7`, /RFC 6750/],
  ['a credential that no header can carry', `${sound}, issue: () => 'a b'`, /RFC 6750/],
  ['no identity for its own credential', `${sound}, verify: () => null`, /refuses the credential/],
  ['another subject', `${sound}, verify: (c) => c ? { sub: 'other', claims: {} } : null`, /'other'/],
  ['identities without claims', `${sound}, verify: (c) => c ? { sub: 'authbench' } : null`, /claims/],
  [
    'a request without a credential',
    `${sound}, verify: () => ({ sub: 'authbench', claims: {} })`,
    /no credential/,
  ],
  ['whatever it is shown', `${sound}, verify: (c) => c ? { sub: 'authbench', claims: {} } : null`, /made up/],
])('a strategy that gives or takes %s does not start', async (_what, members, message) => {
  await expect(opened(members)).rejects.toMatchObject({
    code: 'STRATEGY_BROKE_CONTRACT',
    message: expect.stringMatching(message),
  })
})
