import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Place, RedisFact, Sample } from '../../src/doctor/facts.ts'
import { messageOf } from '../../src/results/errors.ts'
import { canPinTo } from '../machine/pinning.ts'
import { type Files, systemFiles } from '../machine/system-files.ts'
import { otherRun } from '../store/run-lock.ts'

/** What `doctor` asks this machine, apart from files; fakes in tests. */
export interface System {
  readonly files: Files
  readonly platform: string
  readonly node: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly counted: number
  /** Null where it is not told. */
  readonly memoryBytes: number | null
  canPin(cpu: number): boolean
  /** Null where it is not told. */
  nice(): number | null
  mayRenice(): boolean
  loopback(): { readonly v4: boolean; readonly v6: boolean }
  /** Of results it is made where it is not there. */
  place(path: string, made: boolean): Place
  readonly resultsFolder: string
  readonly temporaryFolder: string
  otherRun(): number | string | null
  /** What takes time. */
  redis(): Promise<RedisFact | null>
  sample(): Promise<Sample | null>
}

/** procfs, sysfs, cgroup and cgroup2 (man 2 statfs): nobody can make anything there, whatever permissions say. */
const SHOWN_BY_KERNEL: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270])

function attempt<Value>(work: () => Value): Value | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** A folder that is not there yet is made in the nearest one that is. */
function nearest(path: string): string {
  const there = attempt(() => statSync(path)) !== null
  return there || dirname(path) === path ? path : nearest(dirname(path))
}

/** @param made whether it is made where it is not there */
export function placeAt(path: string, made: boolean): Place {
  const folder = made ? nearest(resolve(path)) : path
  const space = attempt(() => statfsSync(folder))
  const isShown = space !== null && SHOWN_BY_KERNEL.has(space.type)
  const isFolder = !isShown && attempt(() => statSync(folder).isDirectory()) === true
  return {
    path,
    writable: isFolder && attempt(() => accessSync(folder, constants.W_OK | constants.X_OK) ?? true) === true,
    // Some file systems without a size of their own say 0 of 0.
    freeBytes: space === null || space.blocks === 0 ? null : space.bavail * space.bsize,
  }
}

function loopback(): { readonly v4: boolean; readonly v6: boolean } {
  const addresses = attempt(() => Object.values(os.networkInterfaces()).flatMap((each) => each ?? []))
  // Where they are not shown, nothing speaks against it.
  if (addresses === null) return { v4: true, v6: true }
  const has = (address: string) => addresses.some((each) => each.address === address)
  return { v4: has('127.0.0.1'), v6: has('::1') }
}

/** Without what takes time to find out. */
export const thisSystem = (resultsFolder: string): System => ({
  files: systemFiles,
  platform: process.platform,
  node: process.version,
  env: process.env,
  counted: os.availableParallelism(),
  // Node says 0 where it cannot read /proc.
  memoryBytes: process.availableMemory() || null,
  canPin: (cpu) => process.platform === 'linux' && canPinTo(cpu),
  nice: () => attempt(() => os.getPriority()),
  // To what it is already: allowed to everybody, unless the call itself is forbidden.
  mayRenice: () => attempt(() => os.setPriority(os.getPriority())) !== null,
  loopback,
  place: placeAt,
  resultsFolder,
  temporaryFolder: tmpdir(),
  otherRun() {
    try {
      return otherRun()
    } catch (error) {
      return messageOf(error)
    }
  },
  redis: async () => null,
  sample: async () => null,
})
