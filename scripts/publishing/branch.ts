import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthbenchError } from '../../src/results/errors.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface Branch {
  readonly branch: string
  /** Name or URL. */
  readonly remote: string
  readonly env: Variables
}

/** Somebody else pushed in between: the next try begins with what they left. */
const TRIES = 3

const AUTHOR = {
  GIT_AUTHOR_NAME: 'authbench',
  GIT_AUTHOR_EMAIL: 'authbench@localhost',
  GIT_COMMITTER_NAME: 'authbench',
  GIT_COMMITTER_EMAIL: 'authbench@localhost',
}

/** The token as configuration from the environment, which no other process of the machine can read. */
function authorization({ GITHUB_TOKEN: token, GITHUB_SERVER_URL: server }: Variables): Variables {
  if (token === undefined || token === '' || server === undefined) return {}
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${server}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${credentials}`,
  }
}

async function git(folder: string, env: Variables, args: readonly string[]) {
  const child = spawn('git', args, {
    cwd: folder,
    env: { ...env, ...AUTHOR, ...authorization(env), GIT_TERMINAL_PROMPT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code]: (number | null)[] = await once(child, 'close')
  return { code, stdout: stdout.trim(), stderr: stderr.trim() }
}

/**
 * Changes files on a branch of a remote, away from the checkout that this runs in.
 * @param change told where the files are @returns what `change` says
 * @throws AuthbenchError PUBLISH_FAILED and what `change` throws
 */
export async function onBranch(
  { branch, remote, env }: Branch,
  change: (folder: string) => string,
): Promise<string> {
  const here = process.cwd()
  const named = await git(here, env, ['remote', 'get-url', remote])
  const url = named.code === 0 ? named.stdout : remote
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'authbench-site-'))
    const must = async (...args: readonly string[]) => {
      const done = await git(folder, env, args)
      if (done.code === 0) return done.stdout
      throw new AuthbenchError('PUBLISH_FAILED', `git ${args[0]}: ${done.stderr}`, {
        next: 'Look at the address of the remote, and at what the token may do (contents: write).',
        exitCode: 3,
      })
    }
    try {
      await must('init', '--quiet', `--initial-branch=${branch}`)
      const there = await must('ls-remote', '--heads', url, `refs/heads/${branch}`)
      if (there !== '') {
        await must('fetch', '--quiet', '--depth=1', url, `refs/heads/${branch}`)
        await must('reset', '--quiet', '--hard', 'FETCH_HEAD')
      }
      const said = change(folder)
      await must('add', '--all')
      if ((await must('status', '--porcelain')) === '') return `${said}; nothing was new`
      await must('commit', '--quiet', '--message', said)
      const pushed = await git(folder, env, ['push', '--quiet', url, `HEAD:refs/heads/${branch}`])
      if (pushed.code === 0) return said
      const isLate = /\[(remote )?rejected\]|fetch first|non-fast-forward/.test(pushed.stderr)
      if (!isLate || attempt === TRIES) await must('push', url, `HEAD:refs/heads/${branch}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
