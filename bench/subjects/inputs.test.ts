import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tokenProfileFromClaims } from '../../servers/user-files/claims-file.ts'
import { describeInputs } from './inputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-inputs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const none = { target: null, files: new Map<string, string>() }
const claims = (object: object) => describeInputs({ token: tokenProfileFromClaims(object, 'f'), ...none })[0]

test('claims are told apart by their values, not by their order', () => {
  const one = claims({ iss: 'a', roles: ['x'], tenant: 1 })
  expect(claims({ tenant: 1, roles: ['x'], iss: 'a' })).toEqual(one)
  expect(claims({ iss: 'a', roles: ['y'], tenant: 1 })?.hash).not.toBe(one?.hash)
  expect(claims({ iss: 'b', roles: ['x'], tenant: 1 })?.hash).not.toBe(one?.hash)
  expect(JSON.stringify(one)).not.toContain('tenant')
})

test('a target is told without secrets, its credentials by number, size and a short fingerprint', () => {
  const token = tokenProfileFromClaims({}, 'f')
  const inputs = describeInputs({
    token,
    files: new Map(),
    target: {
      origin: 'http://127.0.0.1:8080',
      host: 'localhost:8080',
      read: {
        method: 'POST',
        path: '/me?api_key=hunter2',
        headers: { 'X-Key': 'secret-3' },
        body: 'secret-4',
      },
      credentials: ['secret-1', 'secret-22'],
    },
  })
  expect(inputs.find(({ what }) => what === 'target')?.shown).toBe('http://localhost:8080/me?api_key')
  expect(inputs.find(({ what }) => what === 'credentials')).toMatchObject({
    shown: '2',
    bytes: 17,
    hash: expect.stringMatching(/^[\da-f]{4}$/),
  })
  expect(inputs.filter(({ what }) => what === 'request' || what === 'headers')).toMatchObject([
    { shown: 'POST', bytes: 8, hash: expect.stringMatching(/^[\da-f]{4}$/) },
    { shown: 'X-Key', bytes: 13, hash: expect.stringMatching(/^[\da-f]{4}$/) },
  ])
  expect(JSON.stringify(inputs)).not.toMatch(/hunter2|secret/)
})

test('an own strategy is told by its file', () => {
  const file = join(folder, 'mine.mjs')
  const described = (text: string) => {
    writeFileSync(file, text)
    const inputs = describeInputs({
      token: tokenProfileFromClaims({}, 'f'),
      target: null,
      files: new Map([['mine', file]]),
    })
    return inputs.find(({ what }) => what === 'strategy mine')
  }
  const before = described('one')
  expect(before?.bytes).toBe(3)
  expect(described('two')?.hash).not.toBe(before?.hash)
})
