import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/doctor/registry.ts'
import { fileTree } from '../machine/testing/file-tree.ts'
import { readFacts } from './facts.ts'
import type { System } from './system.ts'

const system = (texts: Readonly<Record<string, string>>, change: Partial<System> = {}): System => ({
  files: fileTree(texts),
  platform: 'linux',
  node: 'v26.10.0',
  env: {},
  counted: 2,
  memoryBytes: 8 * 2 ** 30,
  canPin: () => true,
  nice: () => 0,
  mayRenice: () => true,
  loopback: () => ({ v4: true, v6: true }),
  place: (path) => ({ path, writable: true, freeBytes: 2 ** 40 }),
  resultsFolder: 'results',
  temporaryFolder: '/tmp',
  otherRun: () => null,
  redis: async () => null,
  sample: async () => null,
  ...change,
})

const CGROUPS = '40 30 0:37 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw'

/** What a usual server shows. */
const LINUX = {
  '/proc/self/status': 'Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\nMems_allowed:\t1\n',
  '/proc/self/mountinfo': ['23 22 0:5 / /proc rw,nosuid - proc proc rw', CGROUPS].join('\n'),
  '/proc/self/cgroup': '0::/box\n',
  '/proc/self/schedstat': '1 2 3\n',
  '/proc/self/uid_map': '         0          0 4294967295\n',
  '/proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units\nMax open files            20000                20000                files\n',
  '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
  '/proc/net/sockstat': 'sockets: used 3\nTCP: inuse 2 orphan 0 tw 17 alloc 5 mem 0\nUDP: inuse 0\n',
  '/proc/sys/net/core/somaxconn': '4096\n',
  '/proc/sys/kernel/sched_autogroup_enabled': '1\n',
  '/sys/devices/system/cpu/cpu0/topology/thread_siblings_list': '0\n',
  '/sys/devices/system/cpu/cpu1/topology/thread_siblings_list': '1\n',
  '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
  '/sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
}

/** Two threads to each core, as large servers number them: 0 and 32, 1 and 33. */
const SIXTY_FOUR = Object.fromEntries(
  Array.from({ length: 64 }, (_, cpu) => [
    `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`,
    `${cpu % 32},${(cpu % 32) + 32}\n`,
  ]),
)

const notFine = async (described: System) =>
  diagnose(await readFacts(described)).flatMap(({ id, state }) => (state === 'ok' ? [] : [`${id} ${state}`]))

describe('facts of a machine', () => {
  it('are read where they are shown', async () => {
    expect(await readFacts(system(LINUX))).toMatchObject({
      processors: { allowed: [0, 1], isolated: [], physical: 2 },
      quota: { cores: null, hidden: false },
      clockSource: 'tsc',
      schedstat: true,
      hidepid: null,
      userNamespace: false,
      openFiles: 20_000,
      ports: { range: 28_232, waiting: 17, backlog: 4096 },
      priority: { autogroup: true },
      hugePages: 'madvise',
    })
    expect(await notFine(system(LINUX))).toEqual(['frequency unknown'])
  })

  it.each<readonly [string, Readonly<Record<string, string>>, Partial<System>, readonly string[]]>([
    [
      'one core that is not the first',
      { '/proc/self/status': 'Cpus_allowed_list:\t6\n' },
      {},
      ['processors warn', 'smt unknown'],
    ],
    ['64 cores with SMT', { ...SIXTY_FOUR, '/proc/self/status': 'Cpus_allowed_list:\t0-63\n' }, {}, []],
    [
      'two threads of one core',
      { ...SIXTY_FOUR, '/proc/self/status': 'Cpus_allowed_list:\t5,37\n' },
      {},
      ['smt warn'],
    ],
    [
      'hidden processes',
      {
        '/proc/self/mountinfo': `23 22 0:5 / /proc rw,relatime - proc proc rw,hidepid=invisible\n${CGROUPS}`,
      },
      {},
      ['cpu-times unknown'],
    ],
    [
      'a /proc that was mounted over another',
      {
        '/proc/self/mountinfo': `23 22 0:5 / /proc rw - proc proc rw,hidepid=2\n24 23 0:6 / /proc rw - proc proc rw\n${CGROUPS}`,
      },
      {},
      [],
    ],
    ['a quota', { '/sys/fs/cgroup/box/cpu.max': '100000 100000\n' }, {}, ['quota bad']],
    ['a quota of what is around it', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, {}, ['quota bad']],
    [
      'a user namespace',
      { '/proc/self/uid_map': '         0       1000          1\n' },
      {},
      ['namespace unknown'],
    ],
    ['no IPv6', {}, { loopback: () => ({ v4: true, v6: false }) }, []],
    [
      'no permission to pin or to yield',
      {},
      { canPin: () => false, mayRenice: () => false },
      ['pinning warn', 'priority warn'],
    ],
    [
      'variables that alter Node, which no server gets,',
      {},
      { env: { NODE_OPTIONS: '--no-opt', NODE_V8_COVERAGE: '', PATH: '/bin', NODE_ENV: 'production' } },
      [],
    ],
  ])('show %s', async (_, texts, change, expected) => {
    const seen = await notFine(system({ ...LINUX, ...texts }, change))
    expect(seen.filter((finding) => finding !== 'frequency unknown')).toEqual(expected)
  })

  it('names variables and never what is in them', async () => {
    const { variables } = await readFacts(
      system(LINUX, { env: { NODE_OPTIONS: '--require=/secret', LD_PRELOAD: 'x' } }),
    )
    expect(variables).toEqual(['LD_PRELOAD', 'NODE_OPTIONS'])
  })

  it('read governors and turbo where there are some', async () => {
    const policy = (number: number, governor: string) => ({
      [`/sys/devices/system/cpu/cpufreq/policy${number}/scaling_governor`]: `${governor}\n`,
    })
    const { frequency } = await readFacts(
      system({
        ...policy(0, 'powersave'),
        ...policy(1, 'powersave'),
        '/sys/devices/system/cpu/intel_pstate/no_turbo': '1\n',
      }),
    )
    expect(frequency).toEqual({ governors: ['powersave'], turbo: false })
    const boosted = await readFacts(system({ '/sys/devices/system/cpu/cpufreq/boost': '1\n' }))
    expect(boosted.frequency).toEqual({ governors: [], turbo: true })
  })

  it.each([
    ['another system, without any /proc', system({}, { platform: 'darwin', canPin: () => false })],
    ['an old kernel that shows next to nothing', system({ '/proc/self/status': 'Name: x\n' })],
    [
      'files that hold something else',
      system(Object.fromEntries(Object.keys(LINUX).map((file) => [file, '\u0000 ?? - [\n:']))),
    ],
    ['empty files', system(Object.fromEntries(Object.keys(LINUX).map((file) => [file, ''])))],
  ])('are none on %s, which is no fault', async (_, described) => {
    const facts = await readFacts(described)
    const seen = diagnose(facts)
    expect(seen.filter(({ state }) => state === 'bad')).toEqual([])
    for (const { says } of seen) expect(says).not.toMatch(/NaN|undefined|null|Infinity/)
  })
})
