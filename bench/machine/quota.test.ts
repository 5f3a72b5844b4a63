import { describe, expect, it } from 'vitest'
import { narrowestQuota, parseThrottling, quotaOf, throttlingBetween, throttlingReader } from './quota.ts'
import { fileTree } from './testing/file-tree.ts'

const V1 = (quota: string, period = '100000') =>
  fileTree({ '/g/cpu.cfs_quota_us': `${quota}\n`, '/g/cpu.cfs_period_us': `${period}\n` })

describe('CPU quota', () => {
  it.each([
    ['version 2', fileTree({ '/g/cpu.max': '150000 100000\n' }), 1.5],
    ['version 2 without a limit', fileTree({ '/g/cpu.max': 'max 100000\n' }), null],
    ['version 2 with another period', fileTree({ '/g/cpu.max': '5000 20000\n' }), 0.25],
    ['version 1', V1('100000'), 1],
    ['version 1 without a limit', V1('-1'), null],
    ['version 1 without a period', fileTree({ '/g/cpu.cfs_quota_us': '100000\n' }), null],
    ['the root, which has no such file', fileTree({ '/g/cpu.stat': 'usage_usec 1\n' }), null],
    ['garbage', fileTree({ '/g/cpu.max': 'x y\n' }), null],
    ['an empty file', fileTree({ '/g/cpu.max': '' }), null],
    ['a period of nothing', V1('100000', '0'), null],
  ])('of %s', (_, files, cores) => {
    expect(quotaOf(files, '/g')).toBe(cores)
  })

  it('is the narrowest of nested groups', () => {
    const files = fileTree({
      '/a/b/cpu.max': '400000 100000',
      '/a/cpu.max': '200000 100000',
      '/cpu.max': 'max 1',
    })
    expect(narrowestQuota(files, ['/a/b', '/a', ''])).toBe(2)
    expect(narrowestQuota(files, [''])).toBeNull()
  })
})

describe('throttling', () => {
  it('is read in the units of both versions', () => {
    expect(parseThrottling('nr_periods 338\nnr_throttled 334\nthrottled_time 12000000\n')).toEqual({
      stops: 334,
      stoppedUs: 12_000,
    })
    expect(
      parseThrottling('usage_usec 9\nnr_periods 3\nnr_throttled 2\nthrottled_usec 55\nnr_bursts 0\n'),
    ).toEqual({
      stops: 2,
      stoppedUs: 55,
    })
  })

  it.each(['', 'usage_usec 9\nuser_usec 3\n', 'nr_throttled x\nthrottled_usec 3\n', 'nr_throttled 3\n'])(
    'is not counted in %j',
    (text) => {
      expect(parseThrottling(text)).toBeNull()
    },
  )

  it('between two readings is that of the group that was stopped longest, of those in both', () => {
    const before = new Map([
      ['/own', { stops: 5, stoppedUs: 500 }],
      ['/parent', { stops: 1, stoppedUs: 100 }],
    ])
    const after = new Map([
      ['/own', { stops: 6, stoppedUs: 510 }],
      ['/parent', { stops: 3, stoppedUs: 900 }],
      ['/new', { stops: 99, stoppedUs: 99_999 }],
    ])
    expect(throttlingBetween(before, after)).toEqual({ stops: 2, stoppedUs: 800 })
    expect(throttlingBetween(new Map(), after)).toBeNull()
  })

  it('is read of this process, the groups around it, and the groups of others', () => {
    const stat = (stops: number) => `nr_throttled ${stops}\nthrottled_usec ${stops}\n`
    const files = fileTree({
      '/proc/self/mountinfo': '40 30 0:37 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      '/proc/self/cgroup': '0::/mine',
      '/proc/7/cgroup': '0::/theirs',
      '/sys/fs/cgroup/mine/cpu.stat': stat(1),
      '/sys/fs/cgroup/theirs/cpu.stat': stat(2),
      '/sys/fs/cgroup/cpu.stat': 'usage_usec 1\n',
    })
    const read = throttlingReader(files)
    expect([...read([]).keys()]).toEqual(['/sys/fs/cgroup/mine'])
    expect([...read([7]).keys()]).toEqual(['/sys/fs/cgroup/mine', '/sys/fs/cgroup/theirs'])
    expect([...throttlingReader(fileTree({}))([7])]).toEqual([])
  })
})
