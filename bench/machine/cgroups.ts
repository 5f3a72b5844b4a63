import type { Files } from './system-files.ts'

/** Control groups whose CPU quota a process is under. */
export interface CpuGroups {
  /** Folders: its own group first, then those around it as far as they can be seen. */
  readonly folders: readonly string[]
  /** There may be more: its own group lies outside of what is mounted here, or others lie around what is. */
  readonly hidden: boolean
}

type Controller = 'v1' | 'v2'

interface Mount {
  readonly controller: Controller
  /** The group that is mounted, as the reader's cgroup namespace names it. */
  readonly root: string
  readonly point: string
}

/** Blanks and backslashes of paths are written as octal numbers (man 5 proc, /proc/pid/mountinfo). */
const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** `30 22 0:27 /root /point options [optional fields] - type source options` */
export function cpuMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ')
    const [, , , root, point] = before.split(' ')
    const [type, , options = ''] = (after ?? '').split(' ')
    if (root === undefined || point === undefined) return []
    const controller: Controller | null =
      type === 'cgroup2' ? 'v2' : type === 'cgroup' && options.split(',').includes('cpu') ? 'v1' : null
    return controller === null ? [] : [{ controller, root: unescaped(root), point: unescaped(point) }]
  })
}

/** Where /proc/pid/cgroup says that a process is: `4:cpu,cpuacct:/path`, and `0::/path` for version 2. */
export function cpuPaths(text: string): ReadonlyMap<Controller, string> {
  const paths = new Map<Controller, string>()
  for (const line of text.split('\n')) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? []
    if (path === undefined) continue
    if (id === '0' && controllers === '') paths.set('v2', path)
    else if (controllers?.split(',').includes('cpu')) paths.set('v1', path)
  }
  return paths
}

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '')

/** The way from the mounted group down to the process; null where that is not below it, or goes through names that nobody tells. */
function wayDown(root: string, path: string): readonly string[] | null {
  const [from, to] = [partsOf(root), partsOf(path)]
  const below = from.every((part, index) => to[index] === part)
  const way = to.slice(from.length)
  return below && !way.includes('..') ? way : null
}

/**
 * A container sees its own group at the mount point, whatever /proc/self/cgroup calls it: the mounted root decides. Where the group does
 * not lie below it, the mount point is as near as the process itself can look.
 */
function groupsOf(mounts: readonly Mount[], path: string, own: boolean): CpuGroups {
  const ways = mounts.flatMap(({ root, point }) => {
    const way = wayDown(root, path)
    return way === null ? [] : [{ point, way }]
  })
  // The longest way shows the most groups.
  const [best] = ways.toSorted((one, other) => other.way.length - one.way.length)
  if (best === undefined) return { folders: own ? mounts.map(({ point }) => point) : [], hidden: true }
  const top = best.point === '/' ? '' : best.point
  const folders = [0, ...best.way.keys().map((index) => index + 1)].map((depth) =>
    [top, ...best.way.slice(0, depth)].join('/'),
  )
  return { folders: folders.toReversed(), hidden: false }
}

/** Only the group that all others are in has the one file (version 1), and only that one lacks the other (version 2). */
const isOutermost = (files: Files, folder: string, controller: Controller): boolean =>
  controller === 'v1'
    ? files.read(`${folder}/release_agent`) !== null
    : files.read(`${folder}/cgroup.type`) === null

/** Of this process (`self`) or another. A machine without control groups has none. */
export function cpuGroups(files: Files, pid: number | 'self', mountinfo: string | null): CpuGroups {
  const text = files.read(`/proc/${pid}/cgroup`)
  if (text === null || mountinfo === null) return { folders: [], hidden: false }
  const mounts = cpuMounts(mountinfo)
  const paths = cpuPaths(text)
  const found = [...paths].map(([controller, path]): CpuGroups => {
    const mounted = mounts.filter((mount) => mount.controller === controller)
    // Where version 1 has the CPU, version 2 need not be mounted.
    if (mounted.length === 0) return { folders: [], hidden: controller === 'v1' || !paths.has('v1') }
    const { folders, hidden } = groupsOf(mounted, path, pid === 'self')
    const top = folders.at(-1)
    const within = controller === 'v1' || !paths.has('v1')
    return {
      folders,
      hidden: hidden || (within && top !== undefined && !isOutermost(files, top, controller)),
    }
  })
  return {
    folders: found.flatMap(({ folders }) => folders),
    hidden: found.some(({ hidden }) => hidden),
  }
}

/** The groups of the process with the lines of mounts that it sees. */
export const ownCpuGroups = (files: Files): CpuGroups =>
  cpuGroups(files, 'self', files.read('/proc/self/mountinfo'))
