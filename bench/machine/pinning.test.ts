import { describe, expect, it } from 'vitest'
import {
  coresOfInstances,
  helperCore,
  isOnCore,
  type Placement,
  parseCpuList,
  planPinning,
  withAuthServer,
} from './pinning.ts'
import { fileTree } from './testing/file-tree.ts'

const plan = (change: Partial<Placement>) =>
  planPinning({
    cpus: [0, 1],
    canPin: true,
    siblings: (cpu) => String(cpu),
    quota: null,
    redis: 'own',
    ...change,
  })

describe('pinning', () => {
  it.each([
    ['1', true],
    ['0-1', false],
    ['0', false],
    ['10', false],
  ])('of core 1 holds where the process may use %s: %s', (list, holds) => {
    const files = fileTree({ '/proc/7/status': `Name:\tx\nCpus_allowed_list:\t${list}\n` })
    expect(isOnCore(7, 1, files)).toBe(holds)
  })

  it('is taken to hold where the system does not tell', () => {
    expect(isOnCore(7, 1, fileTree({}))).toBe(true)
  })

  it('reads ranges and single processors', () => {
    expect(parseCpuList('0-3,8,10-11')).toEqual([0, 1, 2, 3, 8, 10, 11])
    expect(parseCpuList('')).toEqual([])
  })

  it('gives the server a core of its own on two cores and says who shares', () => {
    expect(plan({ cpus: [4, 6] })).toEqual({
      server: 4,
      redis: 6,
      generator: 6,
      sentence: 'Server on core 4; Redis and generator share core 6.',
    })
  })

  it('gives everybody a core of their own on four', () => {
    expect(plan({ cpus: [0, 1, 2, 3] })).toEqual({
      server: 0,
      redis: 1,
      generator: 2,
      sentence: 'Server on core 0; Redis on core 1, generator on core 2.',
    })
  })

  it('takes threads of different physical cores where there are enough', () => {
    const paired = (cpu: number) => `${cpu - (cpu % 2)}-${cpu - (cpu % 2) + 1}`
    const pinning = plan({ cpus: [0, 1, 2, 3, 4, 5], siblings: paired })
    expect(pinning).toMatchObject({ server: 0, redis: 2, generator: 4 })
    expect(pinning.sentence).not.toContain('physical')
    expect(plan({ cpus: [0, 1], siblings: paired }).sentence).toContain('two threads of one physical core')
  })

  it.each([
    [1, [0, 1]],
    [1.5, [0, 1, 2, 3]],
    [0.2, [4, 5]],
  ])('pins nothing where a quota of %d does not pay for two cores of %j', (quota, cpus) => {
    const pinning = plan({ quota, cpus })
    expect(pinning).toMatchObject({ server: null, redis: null, generator: null })
    expect(pinning.sentence).toContain(`CPU quota of ${quota} core`)
  })

  it('does not take a system that does not tell its cores for one with a single core', () => {
    expect(plan({ cpus: [] })).toEqual({
      server: null,
      redis: null,
      generator: null,
      sentence: 'Not pinned: the system does not tell which cores may be used.',
    })
    expect(plan({ cpus: [3] }).sentence).toContain('with one core')
  })

  it('uses no more cores than a quota pays for, and says whose it is', () => {
    const pinning = plan({ quota: 2.5, cpus: [0, 1, 2, 3] })
    expect(pinning).toMatchObject({ server: 0, redis: 1, generator: 1 })
    expect(pinning.sentence).toContain('A CPU quota of 2.5 cores is spent by all of them together.')
  })

  it('is not changed by a quota of all cores', () => {
    expect(plan({ quota: 2 })).toEqual(plan({ quota: null }))
    expect(plan({ quota: 1, cpus: [3] })).toEqual(plan({ quota: null, cpus: [3] }))
  })

  it('does not claim to have moved a Redis that is not its own', () => {
    expect(plan({ redis: 'given' })).toEqual({
      server: 0,
      redis: null,
      generator: 1,
      sentence: 'Server on core 0; generator on core 1; Redis where its owner put it.',
    })
    expect(plan({ redis: null }).sentence).toBe('Server on core 0; generator on core 1.')
  })

  it('puts auth servers where Redis is, or the generator, and never with the server', () => {
    const four = withAuthServer(plan({ cpus: [0, 1, 2, 3] }))
    expect([helperCore(four), four.sentence]).toEqual([
      1,
      'Server on core 0; Redis on core 1, generator on core 2. Auth servers on core 1 as well.',
    ])
    expect(helperCore(plan({ cpus: [0, 1, 2, 3], redis: null }))).toBe(2)
    const none = plan({ canPin: false })
    expect([helperCore(none), withAuthServer(none)]).toEqual([null, none])
  })

  it.each([
    [plan({ cpus: [0] }), /one core/],
    [plan({ canPin: false }), /does not let/],
  ])('pins nothing where it cannot, and says why', (pinning, why) => {
    expect(pinning).toMatchObject({ server: null, redis: null, generator: null })
    expect(pinning.sentence).toMatch(why)
  })

  it('gives each of several servers and their clients a core where there are enough, and otherwise those of one', () => {
    const plan = { server: 0, redis: 1, generator: 2 }
    const cpus = (count: number) => Array.from({ length: count }, (_, cpu) => cpu)
    expect(coresOfInstances(4, plan, cpus(9))).toEqual({
      servers: [0, 3, 4, 5],
      generators: [2, 6, 7, 8],
    })
    for (const few of [cpus(8), cpus(3)])
      expect(coresOfInstances(4, plan, few)).toEqual({ servers: [0, 0, 0, 0], generators: [2, 2, 2, 2] })
    expect(coresOfInstances(2, { server: 0, redis: 1, generator: 1 }, cpus(4))).toEqual({
      servers: [0, 2],
      generators: [1, 3],
    })
  })
})
