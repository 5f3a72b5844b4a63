import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { describeGit } from './environment.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'authbench-git-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.test']
  return execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder },
  }).trim()
}

function repository(name: string, file = 'package.json'): { readonly root: string; readonly sha: string } {
  const root = join(folder, name)
  mkdirSync(root, { recursive: true })
  git(root, 'init', '--quiet')
  writeFileSync(join(root, file), '{}')
  git(root, 'add', file)
  git(root, 'commit', '--quiet', '-m', 'one')
  return { root, sha: git(root, 'rev-parse', 'HEAD') }
}

test('a checkout is told by its commit, and whether it was changed', () => {
  const { root, sha } = repository('own')
  expect(describeGit(root)).toEqual({ sha, dirty: false })
  writeFileSync(join(root, 'package.json'), '{ }')
  expect(describeGit(root)).toEqual({ sha, dirty: true })
})

test('a worktree is a checkout, too', () => {
  const { root, sha } = repository('main')
  const tree = join(folder, 'tree')
  git(root, 'worktree', 'add', '--quiet', '--detach', tree)
  expect(describeGit(tree)).toEqual({ sha, dirty: false })
})

test('an unpacked archive inside another repository has no commit', () => {
  const { root } = repository('somebody', 'theirs')
  const inside = join(root, 'vendor', 'authbench')
  mkdirSync(inside, { recursive: true })
  writeFileSync(join(inside, 'package.json'), '{}')
  expect(describeGit(inside)).toBeNull()
})

test('a repository that does not hold the package has none either', () => {
  const { root } = repository('home', 'theirs')
  writeFileSync(join(root, 'package.json'), '{}')
  expect(describeGit(root)).toBeNull()
})

test.each(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_CEILING_DIRECTORIES'])(
  '%s of the user changes nothing',
  (name) => {
    const foreign = repository(`foreign-${name}`)
    const { root, sha } = repository(`own-${name}`)
    vi.stubEnv(name, name === 'GIT_DIR' ? join(foreign.root, '.git') : foreign.root)
    expect(describeGit(root)).toEqual({ sha, dirty: false })
  },
)

test('a folder outside of any repository has none', () => {
  const bare = join(folder, 'bare')
  mkdirSync(bare)
  expect(describeGit(bare)).toBeNull()
})
