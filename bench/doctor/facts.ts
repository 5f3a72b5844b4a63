// In this folder: what `authbench doctor` reads from this machine; `src/doctor/` judges it.

import type { Facts } from '../../src/doctor/facts.ts'
import { ownCpuGroups } from '../machine/cgroups.ts'
import { allowedCpuList, parseCpuList, planPinning, siblingsOf } from '../machine/pinning.ts'
import { narrowestQuota } from '../machine/quota.ts'
import type { Files } from '../machine/system-files.ts'
import type { System } from './system.ts'

const CPUS = '/sys/devices/system/cpu'

/** Variables that change what Node compiles, loads, writes or how it allocates. */
const ALTERING =
  /^(NODE_(OPTIONS|V8_COVERAGE|DEBUG|DEBUG_NATIVE|PENDING_DEPRECATION|DISABLE_COMPILE_CACHE|PATH|PRESERVE_SYMLINKS|TEST_CONTEXT)|UV_(THREADPOOL_SIZE|USE_IO_URING)|LD_(PRELOAD|LIBRARY_PATH|BIND_NOW|AUDIT)|DYLD_[A-Z_]+|MALLOC_[A-Z_]+|GLIBC_TUNABLES|OPENSSL_CONF|OPENSSL_ia32cap)$/

const line = (files: Files, path: string): string | null => files.read(path)?.trim() || null

function wholeNumber(text: string | null | undefined): number | null {
  return text == null || !/^-?\d+$/.test(text) ? null : Number(text)
}

function processors({ files, counted }: System): Facts['processors'] {
  const list = allowedCpuList(files)
  const allowed = list === null ? null : parseCpuList(list)
  const siblings = allowed?.map((cpu) => siblingsOf(cpu, files))
  return {
    allowed: allowed === null || allowed.length === 0 ? null : allowed,
    isolated: parseCpuList(line(files, `${CPUS}/isolated`) ?? ''),
    counted,
    physical: siblings === undefined || siblings.includes(null) ? null : new Set(siblings).size,
  }
}

function frequency(files: Files): Facts['frequency'] {
  const governors = files
    .list(`${CPUS}/cpufreq`)
    .flatMap((policy) => line(files, `${CPUS}/cpufreq/${policy}/scaling_governor`) ?? [])
  const noTurbo = line(files, `${CPUS}/intel_pstate/no_turbo`)
  const boost = line(files, `${CPUS}/cpufreq/boost`)
  return {
    governors: [...new Set(governors)],
    turbo: noTurbo === null ? (boost === null ? null : boost === '1') : noTurbo === '0',
  }
}

/** `rw,nosuid,hidepid=invisible` of the mount at /proc; the last one there is what is seen. */
function hidepid(files: Files): string | null {
  const mounts = (files.read('/proc/self/mountinfo') ?? '')
    .split('\n')
    .filter((mount) => mount.includes(' /proc '))
  const value = /\bhidepid=(\w+)/.exec(mounts.at(-1) ?? '')?.[1]
  return value === undefined || value === '0' || value === 'off' ? null : value
}

/** Every id means itself where there is no namespace. */
function hasUserNamespace(files: Files): boolean {
  const map = line(files, '/proc/self/uid_map')
  return map !== null && !/^0\s+0\s+4294967295$/.test(map)
}

function openFiles(files: Files): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(files.read('/proc/self/limits') ?? '')?.[1]
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : wholeNumber(soft)
}

function ports(files: Files): Facts['ports'] {
  const [low, high] = (line(files, '/proc/sys/net/ipv4/ip_local_port_range') ?? '')
    .split(/\s+/)
    .map(wholeNumber)
  return {
    range: low == null || high == null ? null : high - low + 1,
    waiting: wholeNumber(/^TCP:.* tw (\d+)/m.exec(files.read('/proc/net/sockstat') ?? '')?.[1]),
    backlog: wholeNumber(line(files, '/proc/sys/net/core/somaxconn')),
  }
}

/** `always [madvise] never`: the one in brackets. */
const chosen = (text: string | null): string | null => /\[(\w+)\]/.exec(text ?? '')?.[1] ?? null

/** Reads what is shown; what is not is null, and never an error. */
export async function readFacts(system: System): Promise<Facts> {
  const { files, platform } = system
  const cores = processors(system)
  const groups = ownCpuGroups(files)
  const quota = narrowestQuota(files, groups.folders)
  const possible = system.canPin(cores.allowed?.[0] ?? 0)
  const placement = { cpus: cores.allowed ?? [], canPin: possible, quota, redis: 'own' as const }
  const autogroup = line(files, '/proc/sys/kernel/sched_autogroup_enabled')
  return {
    platform,
    node: system.node,
    processors: cores,
    quota: { cores: quota, hidden: groups.hidden },
    frequency: frequency(files),
    clockSource: line(files, '/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    schedstat: files.read('/proc/self/schedstat') !== null,
    hidepid: hidepid(files),
    userNamespace: hasUserNamespace(files),
    pinning: {
      possible,
      sentence: planPinning({ ...placement, siblings: (cpu) => siblingsOf(cpu, files) }).sentence,
    },
    priority: {
      mayYield: system.mayRenice(),
      nice: system.nice(),
      autogroup: autogroup === null ? null : autogroup === '1',
    },
    openFiles: openFiles(files),
    ports: ports(files),
    loopback: system.loopback(),
    memoryBytes: system.memoryBytes,
    results: system.place(system.resultsFolder, true),
    temporary: system.place(system.temporaryFolder, false),
    variables: Object.keys(system.env)
      .filter((name) => ALTERING.test(name) && (system.env[name] ?? '') !== '')
      .sort(),
    otherRun: system.otherRun(),
    hugePages: chosen(line(files, '/sys/kernel/mm/transparent_hugepage/enabled')),
    redis: await system.redis(),
    sample: await system.sample(),
  }
}
