import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { htmlReporter } from '../src/report/html/html.ts'
import type { Results } from '../src/results/results.ts'
import { fakeResults } from '../src/testing/fake-results.ts'
import { onBranch } from './publishing/branch.ts'
import { addRun, readHistory } from './publishing/site.ts'

let work: string
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'authbench publish '))
})
afterEach(() => rmSync(work, { recursive: true }))

const html = htmlReporter.render(fakeResults(), {})

function runFolder(id: string, change: (run: Results) => Results = (run) => run): string {
  const folder = join(work, id)
  mkdirSync(folder)
  const run = fakeResults()
  writeFileSync(join(folder, 'results.json'), JSON.stringify(change({ ...run, run: { ...run.run, id } })))
  writeFileSync(join(folder, 'report.html'), html)
  return folder
}

describe('a site', () => {
  const site = () => join(work, 'site')
  const historyOf = () => readHistory(join(site(), 'history.jsonl')).map(({ run }) => run)

  it('has the newest report, the history of all runs, and the page of changes', () => {
    expect(addRun(runFolder('a'), site())).toBe('run a is published, 1 in the history')
    addRun(runFolder('b'), site())
    expect(readdirSync(site()).sort()).toEqual([
      '.nojekyll',
      'history.jsonl',
      'index.html',
      'results.json',
      'trend.html',
    ])
    expect(historyOf()).toEqual(['a', 'b'])
    expect(readFileSync(join(site(), 'trend.html'), 'utf8')).toContain('aria-label="2 runs,')
  })

  it('has a run once, however often it is published', () => {
    const folder = runFolder('a')
    addRun(folder, site())
    addRun(runFolder('b'), site())
    expect(addRun(folder, site())).toContain('2 in the history')
  })

  it('stays as it is where a run is not sound, or its history is damaged', () => {
    addRun(runFolder('a'), site())
    const before = readFileSync(join(site(), 'index.html'), 'utf8')
    const unsound = runFolder('b', (run) => ({ ...run, validity: { ...run.validity, verdict: 'invalid' } }))
    expect(() => addRun(unsound, site())).toThrow(
      expect.objectContaining({ code: 'RUN_UNSOUND', exitCode: 3 }),
    )
    expect(historyOf()).toEqual(['a'])
    writeFileSync(join(site(), 'history.jsonl'), '\n{"schema":"authbench/history@1"\n')
    expect(() => addRun(runFolder('c'), site())).toThrow(/history\.jsonl, line 2: /)
    expect(readFileSync(join(site(), 'index.html'), 'utf8')).toBe(before)
  })
})

describe('a branch', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', join(work, 'remote.git'), ...args])
      .toString()
      .trim()
  const env = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: work, GIT_CONFIG_NOSYSTEM: '1' })
  const branch = () => ({ branch: 'gh-pages', remote: join(work, 'remote.git'), env: env() })
  const wrote = (name: string) => (folder: string) => {
    writeFileSync(join(folder, name), name)
    return `wrote ${name}`
  }
  beforeEach(() => {
    execFileSync('git', ['init', '--quiet', '--bare', join(work, 'remote.git')])
  })

  it('is made where it is not there, and gets what somebody else pushed in between as well', async () => {
    expect(await onBranch(branch(), wrote('a'))).toBe('wrote a')
    const other = join(work, 'other')
    let calls = 0
    await onBranch(branch(), (folder) => {
      calls += 1
      if (calls === 1) {
        execFileSync('git', ['clone', '--quiet', '--branch', 'gh-pages', join(work, 'remote.git'), other])
        writeFileSync(join(other, 'theirs'), '')
        const author = ['-c', 'user.name=x', '-c', 'user.email=x@localhost']
        execFileSync('git', ['-C', other, 'add', '--all'])
        execFileSync('git', ['-C', other, ...author, 'commit', '--quiet', '--message', 'theirs'])
        execFileSync('git', ['-C', other, 'push', '--quiet'])
      }
      return wrote('b')(folder)
    })
    expect(calls).toBe(2)
    expect(git('log', '--format=%s', 'gh-pages').split('\n')).toEqual(['wrote b', 'theirs', 'wrote a'])
    expect(git('ls-tree', '--name-only', 'gh-pages').split('\n')).toEqual(['a', 'b', 'theirs'])
  })

  it('is pushed to with a token that no command line shows', async () => {
    const log = join(work, 'calls')
    const real = execFileSync('bash', ['-c', 'command -v git']).toString().trim()
    mkdirSync(join(work, 'bin'))
    writeFileSync(
      join(work, 'bin/git'),
      `#!/bin/bash\necho "$* | $GIT_CONFIG_KEY_0 $GIT_CONFIG_VALUE_0" >>"${log}"\nexec "${real}" "$@"\n`,
    )
    chmodSync(join(work, 'bin/git'), 0o755)
    const token = { GITHUB_TOKEN: 'secret-token', GITHUB_SERVER_URL: 'https://github.example' }
    await onBranch(
      { ...branch(), env: { ...env(), ...token, PATH: `${join(work, 'bin')}:${process.env.PATH}` } },
      wrote('a'),
    )
    const calls = readFileSync(log, 'utf8').trim().split('\n')
    const header = Buffer.from('x-access-token:secret-token').toString('base64')
    expect(calls.length).toBeGreaterThan(4)
    for (const call of calls) {
      const [command = '', configuration] = call.split(' | ')
      expect(command).not.toMatch(new RegExp(`secret-token|${header}`))
      expect(configuration).toBe(`http.https://github.example/.extraheader AUTHORIZATION: basic ${header}`)
    }
  })

  it('that cannot be pushed to ends with what git said', async () => {
    const missing = { ...branch(), remote: join(work, 'nowhere.git') }
    await expect(onBranch(missing, wrote('a'))).rejects.toMatchObject({ code: 'PUBLISH_FAILED', exitCode: 3 })
  })
})
