import { describe, expect, it } from 'vitest'
import { errorOf } from '../../src/testing/error-of.ts'
import { parseRedisUrl } from './address.ts'

describe('a Redis URL', () => {
  it('is taken apart, with the usual port and database as defaults', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({
      host: 'localhost',
      port: 6379,
      database: 0,
      tls: false,
      username: null,
      password: null,
      shown: 'redis://localhost:6379',
    })
  })

  it('may hold user, password, database and an IPv6 host', () => {
    const address = parseRedisUrl('rediss://me:p%40ss%2Fword@[::1]:7000/3')
    expect(address).toMatchObject({ host: '::1', port: 7000, database: 3, tls: true })
    expect(address).toMatchObject({ username: 'me', password: 'p@ss/word', shown: 'rediss://[::1]:7000' })
  })

  it.each([
    ['nonsense', 'cannot be read'],
    ['http://:hunter2@localhost', 'another scheme'],
    ['redis://', 'names no host'],
    ['redis://:hunter2@localhost/x', 'not the number of a database'],
    ['redis://:hunter2@localhost/?db=2', 'query options'],
    ['redis://:hunter2%zz@localhost', 'not escaped'],
    ['redis://:hunter2@localhost:99999', 'cannot be read'],
  ])('is refused without being repeated: %s', (url, reason) => {
    const error = errorOf(() => parseRedisUrl(url))
    expect(error).toMatchObject({ code: 'REDIS_URL_INVALID', exitCode: 2 })
    expect(error.message).toContain(reason)
    expect(`${error.message} ${error.cause}`).not.toContain('hunter2')
  })

  it('refuses a user without a password, whom the servers and the harness would take for different ones', () => {
    expect(() => parseRedisUrl('redis://somebody@127.0.0.1')).toThrow(/no password/)
  })
})
