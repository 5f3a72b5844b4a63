import { describe, expect, it } from 'vitest'
import { cpuGroups, ownCpuGroups } from './cgroups.ts'
import { fileTree } from './testing/file-tree.ts'

const V1 = (root: string, point = '/sys/fs/cgroup/cpu,cpuacct', options = 'rw,cpu,cpuacct') =>
  `31 30 0:28 ${root} ${point} rw,relatime shared:9 master:2 - cgroup cgroup ${options}`
const V2 = (root: string, point = '/sys/fs/cgroup') =>
  `40 30 0:37 ${root} ${point} rw,relatime - cgroup2 cgroup2 rw,nsdelegate`
const OTHERS = `22 1 8:1 / / rw - ext4 /dev/sda1 rw
32 30 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset`

/** What only the outermost group of version 1 has. */
const OUTERMOST = { '/sys/fs/cgroup/cpu,cpuacct/release_agent': '', '/sys/fs/cgroup/cpu/release_agent': '' }

const groups = (cgroup: string, ...mounts: readonly string[]) =>
  ownCpuGroups(
    fileTree({
      ...OUTERMOST,
      '/proc/self/cgroup': `${cgroup}\n`,
      '/proc/self/mountinfo': [OTHERS, ...mounts].join('\n'),
    }),
  )

describe('CPU groups', () => {
  it.each([
    [
      'version 1, seen from the host',
      '4:cpu,cpuacct:/docker/ab\n3:cpuset:/docker/ab',
      V1('/'),
      [
        '/sys/fs/cgroup/cpu,cpuacct/docker/ab',
        '/sys/fs/cgroup/cpu,cpuacct/docker',
        '/sys/fs/cgroup/cpu,cpuacct',
      ],
    ],
    [
      'version 1, a container whose mount begins at its group',
      '4:cpu,cpuacct:/docker/ab',
      V1('/docker/ab'),
      ['/sys/fs/cgroup/cpu,cpuacct'],
    ],
    [
      'version 1, a group inside that of the container',
      '4:cpu:/docker/ab/job 1',
      V1('/docker/ab', '/sys/fs/cgroup/cpu', 'rw,cpu'),
      ['/sys/fs/cgroup/cpu/job 1', '/sys/fs/cgroup/cpu'],
    ],
    ['version 2, a cgroup namespace', '0::/', V2('/'), ['/sys/fs/cgroup']],
    [
      'version 2, nested slices',
      '0::/user.slice/user-1000.slice/a.scope',
      V2('/'),
      [
        '/sys/fs/cgroup/user.slice/user-1000.slice/a.scope',
        '/sys/fs/cgroup/user.slice/user-1000.slice',
        '/sys/fs/cgroup/user.slice',
        '/sys/fs/cgroup',
      ],
    ],
    ['a blank in the mount point', '0::/', V2('/', '/mnt/my\\040groups'), ['/mnt/my groups']],
  ])('of %s', (_, cgroup, mount, folders) => {
    expect(groups(cgroup, mount)).toEqual({ folders, hidden: false })
  })

  it('of a hybrid are those of both versions: files say which of them counts', () => {
    expect(
      groups('1:cpu:/a\n0::/b', V1('/', '/sys/fs/cgroup/cpu', 'rw,cpu'), V2('/', '/sys/fs/cgroup/unified')),
    ).toEqual({
      folders: [
        '/sys/fs/cgroup/cpu/a',
        '/sys/fs/cgroup/cpu',
        '/sys/fs/cgroup/unified/b',
        '/sys/fs/cgroup/unified',
      ],
      hidden: false,
    })
  })

  it('are hidden in part where the namespace began below the mount, and the mount is what can be read', () => {
    expect(groups('0::/', V2('/../..'))).toEqual({ folders: ['/sys/fs/cgroup'], hidden: true })
    expect(groups('0::/moved/away', V2('/docker/ab'))).toEqual({ folders: ['/sys/fs/cgroup'], hidden: true })
  })

  it('around a container are hidden from it', () => {
    const files = (extra: Readonly<Record<string, string>>) =>
      fileTree({ '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': V2('/'), ...extra })
    expect(ownCpuGroups(files({})).hidden).toBe(false)
    expect(ownCpuGroups(files({ '/sys/fs/cgroup/cgroup.type': 'domain\n' })).hidden).toBe(true)
    const v1 = {
      '/proc/self/cgroup': '4:cpu:/ab\n0::/\n',
      '/proc/self/mountinfo': V1('/ab', '/sys/fs/cgroup/cpu', 'rw,cpu'),
    }
    expect(ownCpuGroups(fileTree({ ...v1, ...OUTERMOST })).hidden).toBe(false)
    expect(ownCpuGroups(fileTree(v1)).hidden).toBe(true)
  })

  it.each([
    ['0::/a', true],
    ['4:cpu:/a\n0::/', true],
    ['3:cpuset:/a', false],
  ])('of %j without a mount are hidden: %s', (cgroup, hidden) => {
    expect(groups(cgroup)).toEqual({ folders: [], hidden })
  })

  it('come from the mount that shows the most of them', () => {
    expect(groups('0::/a/b', V2('/a/b', '/one'), V2('/', '/all'), V2('/x', '/other')).folders).toEqual([
      '/all/a/b',
      '/all/a',
      '/all',
    ])
  })

  it.each([
    ['nothing is shown', fileTree({})],
    ['there are no mounts', fileTree({ '/proc/self/cgroup': '0::/a\n' })],
    ['no group is mounted', fileTree({ '/proc/self/cgroup': '0::/a\n', '/proc/self/mountinfo': OTHERS })],
    [
      'the files hold something else',
      fileTree({
        '/proc/self/cgroup': 'a\n1:2\n::\n0::x\n',
        '/proc/self/mountinfo': ' - \n- cgroup2\n\u0000',
      }),
    ],
  ])('are none where %s', (_, files) => {
    expect(ownCpuGroups(files).folders).toEqual([])
  })

  it('of another process in another container are its own, and none where they lie outside of what is mounted', () => {
    const files = fileTree({ '/proc/7/cgroup': '0::/docker/other\n', '/proc/8/cgroup': '0::/../sibling\n' })
    expect(cpuGroups(files, 7, V2('/')).folders).toEqual([
      '/sys/fs/cgroup/docker/other',
      '/sys/fs/cgroup/docker',
      '/sys/fs/cgroup',
    ])
    expect(cpuGroups(files, 8, V2('/'))).toEqual({ folders: [], hidden: true })
    expect(cpuGroups(files, 9, V2('/'))).toEqual({ folders: [], hidden: false })
  })
})
