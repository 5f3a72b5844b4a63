import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import os from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Environment, Results } from '../../src/results/results.ts'
import { ownCpuGroups } from '../machine/cgroups.ts'
import { childEnvironment, namesPassedOn } from '../machine/child-environment.ts'
import { hasSchedstat } from '../machine/cpu-time/thread-time.ts'
import { allowedCpuList, type Pinning } from '../machine/pinning.ts'
import { narrowestQuota } from '../machine/quota.ts'
import { systemFiles } from '../machine/system-files.ts'
import { NODE_FLAGS } from '../process/child.ts'
import type { ProvidedRedis } from '../redis/provide.ts'

/** Of a clone, or of the installed package, whose code lies one folder deeper. */
const MANIFEST = findPackageJSON(import.meta.url)
const ROOT = new URL('./', pathToFileURL(MANIFEST ?? ''))
/** The packages whose version can move a number. */
const PACKAGES = [
  '@fastify/secure-session',
  '@fastify/session',
  'autocannon',
  'fast-jwt',
  'fastify',
  'ioredis',
  'jose',
  'paseto',
  'tinybench',
  'undici',
] as const

const readText = (path: string | URL): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const versionOf = (manifest: string | undefined): string => {
  const parsed: unknown = JSON.parse((manifest === undefined ? null : readText(manifest)) ?? '{}')
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown'
}

export const authbenchVersion = (): string => versionOf(MANIFEST)

export function describeEnvironment(
  pinning: Pinning,
  redis: Pick<ProvidedRedis, 'origin' | 'url' | 'control'> | null,
): Environment {
  const cpus = os.cpus()
  const groups = ownCpuGroups(systemFiles)
  const lockfile = readText(new URL('package-lock.json', ROOT))
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    quotaCores: narrowestQuota(systemFiles, groups.folders),
    ...(groups.hidden ? { quotaHidden: true } : {}),
    cpuset: allowedCpuList(systemFiles),
    memoryBytes: os.totalmem(),
    platform: `${process.platform} ${process.arch}`,
    kernel: os.release(),
    node: process.version,
    v8: process.versions.v8,
    nodeFlags: [...NODE_FLAGS],
    redis: redis?.control.version ?? null,
    redisProduct: redis?.control.product ?? null,
    redisTls: redis?.url.startsWith('rediss') ?? false,
    ...(redis?.control.masters == null ? {} : { redisMasters: redis.control.masters }),
    ...(redis === null || redis.control.replicas === 0 ? {} : { redisReplicas: redis.control.replicas }),
    redisOrigin: redis?.origin ?? null,
    variables: namesPassedOn(),
    lockfileHash: lockfile === null ? null : createHash('sha256').update(lockfile).digest('hex').slice(0, 16),
    pinning,
    cpuSource: hasSchedstat() ? 'schedstat' : 'rusage',
    packages: Object.fromEntries(
      PACKAGES.map((name) => [name, versionOf(findPackageJSON(name, import.meta.url))]),
    ),
  }
}

/**
 * The commit of the checkout that runs; null where the folder is none, such as an unpacked archive inside somebody's repository. Variables
 * such as GIT_DIR, which point elsewhere, are kept from git.
 */
export function describeGit(root: string | URL = ROOT): Results['run']['git'] {
  const folder = typeof root === 'string' ? root : fileURLToPath(root)
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: childEnvironment(),
    }).trim()
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(folder)) return null
    git('ls-files', '--error-unmatch', 'package.json')
    return {
      sha: git('rev-parse', 'HEAD'),
      dirty: git('status', '--porcelain', '--untracked-files=no') !== '',
    }
  } catch {
    return null
  }
}
