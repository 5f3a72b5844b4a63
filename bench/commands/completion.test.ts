import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { terminalOn } from '../cli/terminal.ts'
import { runCli } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-completion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function printed(shell: string) {
  const parts: string[] = []
  const output = { write: (part: string) => parts.push(part) }
  const code = await runCli(['completion', shell], terminalOn(output, output, {}))
  return { code, text: parts.join('') }
}

async function script(shell: string): Promise<string> {
  const { code, text } = await printed(shell)
  expect(code).toBe(0)
  return text
}

test('a shell that is not known is told which are', async () => {
  expect(await printed('csh')).toMatchObject({ code: 2, text: expect.stringContaining('bash, zsh, fish') })
})

describe('bash', () => {
  async function completed(...words: string[]): Promise<readonly string[]> {
    const file = join(folder, 'bash')
    writeFileSync(file, await script('bash'))
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '-c',
        `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _authbench; printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        file,
        'authbench',
        ...words,
      ],
      { encoding: 'utf8', cwd: folder },
    )
    expect(stderr).toBe('')
    return stdout.trim().split('\n')
  }

  test.each([
    [['ru'], ['run']],
    [['run', '--prof'], ['--profile']],
    [['run', '--profile', 'q'], ['quick']],
    [['run', '--strategies', 'none,session-m'], ['none,session-memory']],
    [
      ['run', '--transport', ''],
      ['bearer', 'cookie'],
    ],
    [['compare', '--format', 'm'], ['markdown']],
    [['serve', 'session-m'], ['session-memory']],
    [['list', 'sce'], ['scenarios']],
    [['run', '--claims', 'ba'], ['bash']],
  ])('completes %j to %j', async (typed, expected) => {
    expect(await completed(...typed)).toEqual(expected)
  })
})

test.each(['zsh', 'fish'])('%s gets every command, option and id', async (shell) => {
  const text = await script(shell)
  for (const word of ['run', 'strategies', 'session-memory', 'quick', 'markdown'])
    expect(text).toContain(word)
  expect(text).not.toContain('undefined')
})
