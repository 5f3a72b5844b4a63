import { describe, expect, it } from 'vitest'
import { errorOf } from '../../src/testing/error-of.ts'
import { addressesOf, parseRedisUrl } from './address.ts'

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

  it('names one server of a cluster or more, with one login for all of them', () => {
    expect(addressesOf('redis://a')).toMatchObject({ isCluster: false, addresses: [{ host: 'a' }] })
    const { isCluster, addresses } = addressesOf('rediss+cluster://me:p%40ss@a:7000,[::1]:7001,c')
    expect(isCluster).toBe(true)
    expect(addresses).toMatchObject([
      { host: 'a', port: 7000, tls: true, username: 'me', password: 'p@ss', shown: 'rediss://a:7000' },
      { host: '::1', port: 7001, tls: true, username: 'me', password: 'p@ss' },
      { host: 'c', port: 6379, tls: true, username: 'me', password: 'p@ss' },
    ])
  })

  it.each([
    ['redis+cluster://', 'names no host'],
    ['redis+cluster://:hunter2@a:7000,', 'cannot be read'],
    ['redis+cluster://:hunter2@a:7000/1', 'a database'],
    ['http+cluster://:hunter2@a:7000', 'another scheme'],
  ])('of a cluster is refused without being repeated: %s', (url, reason) => {
    const error = errorOf(() => addressesOf(url))
    expect(error).toMatchObject({ code: 'REDIS_URL_INVALID', exitCode: 2 })
    expect(error.message).toContain(reason)
    expect(`${error.message} ${error.cause}`).not.toContain('hunter2')
  })

  it('refuses a user without a password, whom the servers and the harness would take for different ones', () => {
    expect(() => parseRedisUrl('redis://somebody@127.0.0.1')).toThrow(/no password/)
  })
})
