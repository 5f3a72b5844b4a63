import { expect, onTestFinished, test, vi } from 'vitest'
import { type Network, placeOf, type Said } from './place.ts'

const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['::1', '127.0.0.1'],
  'here.test': ['127.0.1.1'],
  'api.test': ['10.0.0.1', '2001:db8::1'],
  'both.test': ['127.0.0.1', '10.0.0.1'],
  '127.0.0.1.example.test': ['10.0.0.1'],
  'mine.test': ['10.0.0.9'],
}
const NETWORK: Network = {
  async lookUp(name) {
    const addresses = NAMES[name]
    if (addresses === undefined) throw new Error('getaddrinfo ENOTFOUND')
    return addresses
  },
  own: () => ['127.0.0.1', '10.0.0.9'],
}
const place = (url: string, said: Said = {}) => placeOf(url, said, NETWORK)
const refused = (code: string, next?: string) =>
  expect.objectContaining({
    code,
    exitCode: 2,
    ...(next === undefined ? {} : { next: expect.stringContaining(next) }),
  })

test.each([
  ['http://localhost:1/', ['::1', '127.0.0.1']],
  ['https://here.test/', ['127.0.1.1']],
  ['http://127.8.8.8/', ['127.8.8.8']],
  ['http://2130706433/', ['127.0.0.1']],
  ['http://[::1]:1/', ['::1']],
  ['http://[::ffff:127.0.0.1]/', ['::ffff:7f00:1']],
])('%s is on the loopback', async (url, addresses) => {
  expect(await place(url)).toEqual({ addresses })
  for (const said of [{ iMayLoad: new URL(url).hostname }, { maxRate: 5 }])
    await expect(place(url, said)).rejects.toEqual(refused('OPTIONS_INVALID'))
})

test.each([
  'http://api.test/',
  'http://both.test/',
  'http://127.0.0.1.example.test/',
  'http://10.0.0.1/',
  'http://0.0.0.0/',
  'http://[2001:db8::1]:8080/',
  'http://[::ffff:10.0.0.1]/',
])('%s is loaded only where the user says so', async (url) => {
  const { hostname } = new URL(url)
  await expect(place(url)).rejects.toEqual(refused('TARGET_NOT_LOCAL', `--i-may-load ${hostname}`))
  for (const iMayLoad of ['other.test', `${hostname}:80`, '*', '*.test', '', `${hostname}.`])
    await expect(place(url, { iMayLoad })).rejects.toEqual(refused('TARGET_NOT_LOCAL'))
  const { remote } = await place(url, { iMayLoad: hostname.toUpperCase() })
  expect(remote).toEqual({ host: hostname, maxRate: 100 })
  expect((await place(url, { iMayLoad: hostname, maxRate: 7 })).remote?.maxRate).toBe(7)
})

test('a refusal names where the name leads', async () => {
  await expect(place('http://api.test/')).rejects.toThrow('it is 10.0.0.1, 2001:db8::1')
})

test('an address of this machine that is not its loopback is told to be one', async () => {
  for (const url of ['http://mine.test/', 'http://10.0.0.9/'])
    await expect(place(url, { iMayLoad: new URL(url).hostname })).rejects.toEqual(
      refused('TARGET_NOT_LOCAL', '127.0.0.1'),
    )
})

test('an address of this machine is the one that agents on others reach', async () => {
  const agents = 2
  expect(await place('http://mine.test/', { agents })).toEqual({ addresses: ['10.0.0.9'] })
  await expect(place('http://mine.test/', { agents, maxRate: 5 })).rejects.toEqual(refused('OPTIONS_INVALID'))
  await expect(place('http://api.test/', { agents })).rejects.toEqual(refused('TARGET_NOT_LOCAL'))
})

test('a name without an address, and one that nobody answers for, is told', async () => {
  await expect(place('http://nowhere.test/')).rejects.toEqual(refused('TARGET_NOT_FOUND'))
  await expect(placeOf('http://none.test/', {}, { ...NETWORK, lookUp: async () => [] })).rejects.toEqual(
    refused('TARGET_NOT_FOUND'),
  )
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const silent = placeOf('http://silent.test/', {}, { ...NETWORK, lookUp: () => new Promise(() => {}) })
  const told = expect(silent).rejects.toEqual(refused('TARGET_NOT_FOUND'))
  await vi.advanceTimersByTimeAsync(3000)
  await told
})
