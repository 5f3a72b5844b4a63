import { cpuGroups } from './cgroups.ts'
import type { Files } from './system-files.ts'

/** Cores: how much CPU time a second of the clock may have. Null where a group sets no limit. */
export function quotaOf(files: Files, folder: string): number | null {
  // Version 2: `50000 100000`, or `max 100000`.
  const both = files.read(`${folder}/cpu.max`)
  // Version 1: -1 is no limit.
  const [quota, period] =
    both === null
      ? [files.read(`${folder}/cpu.cfs_quota_us`), files.read(`${folder}/cpu.cfs_period_us`)]
      : both.trim().split(/\s+/)
  const cores = Number(quota?.trim() || Number.NaN) / Number(period?.trim() || Number.NaN)
  return Number.isFinite(cores) && cores > 0 ? cores : null
}

/** Of nested groups the narrowest counts. Null: none has a limit. */
export function narrowestQuota(files: Files, folders: readonly string[]): number | null {
  const quotas = folders.flatMap((folder) => quotaOf(files, folder) ?? [])
  return quotas.length === 0 ? null : Math.min(...quotas)
}

/** Since the group was made. */
export interface Throttling {
  /** Periods in which the group used up its quota, and was stopped until the next. */
  readonly stops: number
  /** How long its threads were kept from running, summed over processors. */
  readonly stoppedUs: number
}

/** `throttled_usec` in version 2, `throttled_time` in nanoseconds in version 1. Null where the group counts nothing. */
export function parseThrottling(text: string): Throttling | null {
  const value = (name: string): number | null => {
    const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]
    return digits === undefined ? null : Number(digits)
  }
  const stops = value('nr_throttled')
  const nanoseconds = value('throttled_time')
  const stoppedUs = value('throttled_usec') ?? (nanoseconds === null ? null : nanoseconds / 1000)
  return stops === null || stoppedUs === null ? null : { stops, stoppedUs }
}

/** By folder; without those that count nothing. */
export function readThrottling(files: Files, folders: Iterable<string>): ReadonlyMap<string, Throttling> {
  const counts = new Map<string, Throttling>()
  for (const folder of folders) {
    const counted = parseThrottling(files.read(`${folder}/cpu.stat`) ?? '')
    if (counted !== null) counts.set(folder, counted)
  }
  return counts
}

/** For this process and others. Where they are is looked up each time: processes are moved. What is mounted stays. */
export function throttlingReader(files: Files) {
  const mountinfo = files.read('/proc/self/mountinfo')
  return (others: readonly number[]): ReadonlyMap<string, Throttling> =>
    readThrottling(
      files,
      new Set((['self', ...others] as const).flatMap((pid) => cpuGroups(files, pid, mountinfo).folders)),
    )
}

/** Of the group that was stopped longest. Null where none was counted at both times. */
export function throttlingBetween(
  before: ReadonlyMap<string, Throttling>,
  after: ReadonlyMap<string, Throttling>,
): Throttling | null {
  const changes = [...after].flatMap(([folder, { stops, stoppedUs }]) => {
    const earlier = before.get(folder)
    return earlier === undefined
      ? []
      : [{ stops: stops - earlier.stops, stoppedUs: stoppedUs - earlier.stoppedUs }]
  })
  return (
    changes.toSorted((one, other) => other.stoppedUs - one.stoppedUs || other.stops - one.stops)[0] ?? null
  )
}
