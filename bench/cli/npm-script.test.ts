import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../commands/command-line.ts'
import { userPath } from './npm-script.ts'
import { terminalOn } from './terminal.ts'

const SCRIPT = { npm_package_name: 'authbench', npm_lifecycle_event: 'start', INIT_CWD: '/home/me/app' }

async function cli(args: readonly string[], env: Readonly<Record<string, string>>) {
  const said: string[] = []
  const output = { write: (text: string) => said.push(text) }
  const code = await runCli(args, terminalOn(output, output, {}), env)
  return { code, said: said.join('') }
}

describe('a script of ours', () => {
  test.each([
    ['claims.json', '/home/me/app/claims.json'],
    ['../x', '/home/me/x'],
    ['/tmp/x', '/tmp/x'],
  ])('takes %s from where the user is', (path, expected) => {
    expect(userPath(path, SCRIPT)).toBe(resolve(expected))
  })

  test.each([
    ['without npm', {}],
    ['in a script of another package', { ...SCRIPT, npm_package_name: 'app' }],
  ])('%s paths are from the current folder', (_what, env) => {
    expect(userPath('claims.json', env)).toBe('claims.json')
  })

  test.each([
    ['run', '--claims', 'absent.json'],
    ['run', '--config', 'absent.json'],
    ['run', '--target', 'http://127.0.0.1:9/', '--credentials', 'absent.json'],
    ['run', '--strategy', 'absent.json'],
    ['run', '--against', 'absent.json'],
    ['micro', '--with', 'absent.json'],
    ['report', 'absent.json'],
    ['compare', 'absent.json'],
    ['compare', resolve('results/reference'), 'absent.json'],
    ['serve', 'none', '--keys', 'absent.json'],
  ])('%s %s %s names the place that it looked at', async (...args) => {
    const { code, said } = await cli(args, SCRIPT)
    expect(code).toBe(2)
    expect(said).toContain('/home/me/app/absent.json')
  })
})

test('a file of headers is looked for where the user is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'authbench-npm-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'tokens'), 'one')
  const target = ['--target', 'http://127.0.0.1:9/', '--credentials', join(folder, 'tokens')]
  const { code, said } = await cli(['run', ...target, '--header', '@absent'], SCRIPT)
  expect(code).toBe(2)
  expect(said).toContain('/home/me/app/absent')
})

describe('an option that npm took', () => {
  test.each([
    [{ npm_config_profile: 'smoke' }, 'npm start -- --profile smoke'],
    [{ npm_config_conformance: 'true' }, 'npm start -- --conformance'],
    [
      { npm_config_strategies: 'none', npm_lifecycle_event: 'authbench' },
      'npm run authbench -- --strategies none',
    ],
  ])('is told, with the way to give it: %j', async (env, way) => {
    const { code, said } = await cli(['run'], { ...SCRIPT, ...env })
    expect(code).toBe(2)
    expect(said).toContain('OPTION_TAKEN_BY_NPM')
    expect(said).toContain(way)
  })

  test('of npm itself, or of another package, is none of ours', async () => {
    for (const env of [
      { ...SCRIPT, npm_config_json: 'true', npm_config_target: '1' },
      { ...SCRIPT, npm_package_name: 'app', npm_config_profile: 'x' },
    ]) {
      expect(await cli(['list', 'profiles'], env)).toMatchObject({ code: 0 })
    }
  })
})
