import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = dirname(import.meta.dirname)
const LAYERS = ['src', 'servers', 'bench', 'scripts']
/** Rooms of each floor: one imports from its own level and those before it. What lies on the floor itself is for all. */
const ROOMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  src: [
    ['results', 'stats', 'checklist', 'worlds'],
    ['plan', 'metrics'],
    ['checks', 'analysis', 'experiments'],
    ['gates', 'claims', 'findings', 'advice'],
    ['capacity'],
    ['report'],
    ['doctor'],
  ],
  servers: [
    ['stores', 'sessions', 'process'],
    ['tokens', 'auth-server', 'user-files', 'http'],
    ['refresh', 'revocation'],
    ['strategies'],
    ['conformance', 'examples'],
  ],
  bench: [
    ['machine', 'completion'],
    ['load'],
    ['process'],
    ['redis', 'store', 'worlds'],
    ['subjects', 'fleet'],
    ['scenarios', 'progress'],
    ['run'],
    ['hosts'],
    ['trials'],
    ['experiments'],
    ['cli'],
    ['micro', 'selftest'],
    ['doctor'],
    ['commands'],
  ],
}
const NOT_OURS = ['node_modules', '.git', 'results']

interface Import {
  readonly file: string
  /** A path from the project's root, or the name of a package. */
  readonly target: string
  /** Nothing of it is there at run time. */
  readonly isType: boolean
}

const files = LAYERS.flatMap(filesUnder).filter((file) => /\.m?[jt]s$/.test(file))
const sources = files.filter((file) => !isTest(file))
const imports = sources.flatMap(importsOf)

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.filter(({ target }) => target === 'zod').length).toBeGreaterThan(0)
    expect(imports.filter(({ target }) => target === 'src/results/errors.ts').length).toBeGreaterThan(0)
  })

  it('point one way: src <- servers <- bench <- scripts', () => {
    const rank = ({ file, target }: Import) => [
      LAYERS.indexOf(layerOf(file)),
      LAYERS.indexOf(layerOf(target)),
    ]
    expect(
      imports.filter((line) => {
        const [from = -1, to = -1] = rank(line)
        return to > from
      }),
    ).toEqual([])
  })

  it.each(Object.entries(ROOMS))('of the rooms of %s point one way, but for types', (floor, levels) => {
    const levelOf = (room: string) => levels.findIndex((rooms) => rooms.includes(room))
    const between = imports.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      return layerOf(file) === floor && layerOf(target) === floor && from !== to && from !== '' && to !== ''
    })
    expect(between.length).toBeGreaterThan(0)
    const unknown = between.filter(({ file, target }) =>
      [file, target].some((path) => levelOf(roomOf(path)) < 0),
    )
    expect(unknown).toEqual([])
    const upwards = between.filter(
      ({ file, target, isType }) => !isType && levelOf(roomOf(target)) > levelOf(roomOf(file)),
    )
    expect(upwards).toEqual([])
  })

  it('of src reach no file, socket, process or clock', () => {
    const effects =
      /^(node:)?(fs|net|tls|http|https|http2|dgram|dns|child_process|cluster|worker_threads|timers|perf_hooks|os|process)(\/|$)/
    expect(imports.filter(({ file, target }) => file.startsWith('src/') && effects.test(target))).toEqual([])
  })

  it('of src/stats stay in src/stats, but for what is stored', () => {
    const inside = /^src\/(stats|results)\//
    expect(
      imports.filter(
        ({ file, target }) =>
          file.startsWith('src/stats/') && LAYERS.includes(layerOf(target)) && !inside.test(target),
      ),
    ).toEqual([])
  })

  it('of src/report never reach src/stats', () => {
    expect(
      imports.filter(({ file, target }) => file.startsWith('src/report/') && target.startsWith('src/stats/')),
    ).toEqual([])
  })

  it('of a strategy never reach another strategy', () => {
    const folder = 'servers/strategies/'
    expect(
      imports.filter(({ file, target }) => file.startsWith(folder) && target.startsWith(folder)),
    ).toEqual([])
  })

  it.each([
    ['autocannon', /^bench\/load\/autocannon\/engine\.ts$/],
    ['bullmq', /^bench\/fleet\//],
    [
      'ioredis',
      /^(servers\/stores\/(redis-link|cluster\/cluster-link)\.ts$|bench\/redis\/|bench\/fleet\/control\.ts$)/,
    ],
  ])('of %s stay where it is wrapped', (name, allowed) => {
    const users = imports.filter(({ target }) => target === name).map(({ file }) => file)
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((file) => !allowed.test(file))).toEqual([])
  })
})

describe('files', () => {
  it('of src print nothing and read no clock or chance of their own', () => {
    const impure =
      /\bconsole\.|\bprocess\.[a-z]|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(/
    expect(sources.filter((file) => file.startsWith('src/') && impure.test(codeOf(file)))).toEqual([])
  })

  it('of a folder with more than three open with what belongs there, in one of them', () => {
    const folders = Object.entries(Object.groupBy(files, dirname)).filter(
      ([, inside = []]) => inside.length > 3,
    )
    const opening = (inside: readonly string[] = []) =>
      inside.filter((file) => read(file).startsWith('// In this folder: '))
    expect(folders.length).toBeGreaterThan(0)
    expect(folders.filter(([, inside]) => opening(inside).length !== 1).map(([folder]) => folder)).toEqual([])
  })

  it('name no registry host', () => {
    const host = /\bnpmjs\.(org|com)|https?:\/\/registry\.|"resolved"\s*:/
    const everything = readdirSync(root).filter((name) => !NOT_OURS.includes(name))
    expect(everything.flatMap(filesUnder).filter((file) => host.test(read(file)))).toEqual([])
  })
})

describe('the lock file', () => {
  it('has every optional package of every platform, or `npm ci` refuses it on some machine', () => {
    const { packages } = JSON.parse(read('package-lock.json'))
    const optional = Object.values<{ optionalDependencies?: object }>(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    )
    expect(optional.length).toBeGreaterThan(0)
    expect(optional.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([])
  })
})

function importsOf(file: string): readonly Import[] {
  const statements = read(file).matchAll(
    /(?:\b(?:import|export)\b(\s+type\b)?[^'"`;]*?\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g,
  )
  return [...statements].map(([, type, specifier = '']) => ({
    file,
    target: specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier,
    isType: type !== undefined,
  }))
}

/** Empty for what lies on the floor itself. */
function roomOf(path: string): string {
  const parts = path.split('/')
  return parts.length > 2 ? (parts[1] ?? '') : ''
}

/** Without comments, which may well speak of clocks. */
function codeOf(file: string): string {
  return read(file).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

function layerOf(path: string): string {
  return path.split('/')[0] ?? ''
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.includes('/testing/')
}

function filesUnder(name: string): readonly string[] {
  if (!statSync(join(root, name)).isDirectory()) return [name]
  return readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
