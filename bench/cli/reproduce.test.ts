import { expect, test } from 'vitest'
import { type Options, optionsSchema, resolveConfig } from '../../src/plan/config.ts'
import { microCommand, runCommand } from './reproduce.ts'

const choices = {
  strategies: ['none', 'a', 'b', 'mine'],
  added: ['mine'],
  scenarios: ['verify', 'slo', 'store-distance'],
}

function commandOf(
  options: Options,
  beside: Partial<Parameters<typeof runCommand>[2]> = {},
  limit: { maxRate?: number } = {},
): string {
  const config = resolveConfig(options, choices, { profile: 'quick', seed: 7, extraClaims: [] })
  return runCommand({ ...config, ...limit }, options, {
    scenarios: config.scenarios,
    conformance: false,
    redis: null,
    ...beside,
  })
}

/** Every option, and none as it is by default. */
const ALL: Required<Options> = {
  profile: 'smoke',
  strategies: ['a', 'b'],
  strategy: ["it's mine.ts"],
  scenarios: ['slo'],
  rounds: 3,
  seed: 9,
  transport: 'cookie',
  handlerWait: 5,
  handlerCpu: 200,
  handlerRow: 'sqlite',
  roles: 100,
  storeRtt: 0.5,
  link: '3g',
  tls: true,
  connections: 4,
  window: 250,
  pool: 50,
  popularity: 'zipf',
  entries: [5000, 200],
  arrivals: 'constant',
  slo: 40,
  against: '/home/me/base',
  gate: ['cpu=5%', 'redis.bytes=off'],
  target: 'http://127.0.0.1:8080/me?a=1&b=2',
  credentials: '/home/me/tokens',
  ca: '/home/me/ca.pem',
  header: ['X-Key: geheim', '@/home/me/headers'],
  method: 'POST',
  body: '/home/me/body.json',
  iMayLoad: 'api.test',
  maxRate: 50,
  redis: 'redis://:geheim@127.0.0.1/',
  agents: 3,
  host: 'big-box',
  joinFile: '/home/me/fleet.json',
  listen: '10.0.0.1',
  out: 'elsewhere',
  claims: '/home/me/claims.json',
}

test('everything that changes what is measured is repeated, and no secret', () => {
  const command = commandOf(ALL, { conformance: true, redis: 'URL' }, { maxRate: 50 })
  const placeOnly = ['out']
  for (const option of Object.keys(optionsSchema.shape).filter((name) => !placeOnly.includes(name))) {
    expect(command).toContain(`--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `)
  }
  expect(command).toContain('--conformance')
  for (const value of [
    'cookie',
    'zipf',
    'sqlite',
    '100',
    '0.5',
    '3g',
    '200,5000',
    'constant',
    '40',
    'a,b',
    'slo',
    'cpu=5%',
    'redis.bytes=off',
  ]) {
    expect(command).toMatch(new RegExp(`--[\\w-]+ ${value}( |$)`))
  }
  expect(command).toContain(`--target 'http://127.0.0.1:8080/me?a=1&b=2' --credentials FILE`)
  expect(command).toContain(
    `--ca FILE --header 'X-Key: VALUE' --header @FILE --method POST --body FILE --i-may-load api.test --max-rate 50 `,
  )
  expect(command).toContain(`--strategy 'it'\\''s mine.ts'`)
  expect(command).toMatch(/--against DIR .*--claims FILE --redis URL/)
  expect(command).not.toMatch(/geheim|home/)
})

test('defaults that a later version may choose otherwise are spelled out', () => {
  expect(commandOf({})).toBe(
    'npm run authbench -- run --profile quick --scenarios verify --rounds 6 --connections 16 --pool 1000 --seed 7',
  )
})

test('scenarios that have connections of their own keep them, unless others were asked for', () => {
  const scenarios = ['verify', 'store-distance']
  expect(commandOf({ scenarios })).not.toContain('--connections')
  expect(commandOf({ scenarios, connections: 256 })).toContain('--connections 256')
})

test('of operations', () => {
  const beside = { rounds: 9, seed: 1, run: null, redis: null }
  expect(microCommand({}, beside)).toBe('npm run authbench -- micro --rounds 9 --seed 1')
  expect(
    microCommand(
      { tasks: ['verify jwt-hs256', 'hash'], claims: '/home/me/claims.json' },
      { ...beside, run: 'results/a', redis: 'URL' },
    ),
  ).toBe(
    "npm run authbench -- micro --tasks 'verify jwt-hs256,hash' --with results/a --claims FILE --redis URL --rounds 9 --seed 1",
  )
})

test('a scenario that was left out, because nobody of the run can do it, is not asked for by name', () => {
  const command = commandOf(
    { profile: 'smoke', scenarios: ['verify', 'slo'], slo: 40 },
    { scenarios: ['verify'] },
  )
  expect(command).toContain(' --scenarios verify ')
  expect(command).not.toContain('slo')
})
