import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ended } from '../bench/testing/child-processes.ts'
import { comment } from './action/comment.ts'
import { gate } from './action/gate.ts'
import { conclude, runArguments } from './action/measure.ts'
import type { Say, Variables } from './action/workflow.ts'
import { type Context, filledIn, holds, ROOT, readAction, runStep } from './testing/composite.ts'

/** The part of GitHub that comments are kept in. */
interface FakeGitHub {
  readonly url: string
  readonly comments: { id: number; body: string; user: { type: string } }[]
  readonly seen: { method: string; path: string; authorization: string | undefined }[]
  refuses: boolean
  close(): void
}

async function fakeGitHub(): Promise<FakeGitHub> {
  const state: Omit<FakeGitHub, 'url' | 'close'> = { comments: [], seen: [], refuses: false }
  const server: Server = createServer(async (request, response) => {
    const { method = '', url = '' } = request
    state.seen.push({ method, path: url, authorization: request.headers.authorization })
    let text = ''
    for await (const part of request) text += part
    const reply = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (state.refuses) return reply(403, { message: 'Resource not accessible by integration' })
    const { pathname, searchParams } = new URL(url, 'http://github')
    if (method === 'GET' && pathname === '/repos/someone/api/issues/7/comments') {
      const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('per_page'))]
      return reply(200, state.comments.slice((page - 1) * size, page * size))
    }
    const { body } = JSON.parse(text)
    if (method === 'POST' && pathname === '/repos/someone/api/issues/7/comments') {
      state.comments.push({ id: 1000 + state.comments.length, body, user: { type: 'Bot' } })
      return reply(201, {})
    }
    const own = state.comments.find(({ id }) => pathname === `/repos/someone/api/issues/comments/${id}`)
    if (method !== 'PATCH' || own === undefined) return reply(404, {})
    own.body = body
    return reply(200, {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return Object.assign(state, {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
}

describe('action.yml, its steps run as they are', () => {
  let folder: string
  let github: FakeGitHub
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'authbench action '))
    github = await fakeGitHub()
    writeFileSync(file('event.json'), JSON.stringify({ pull_request: { number: 7 } }))
  })
  afterEach(() => {
    github.close()
    rmSync(folder, { recursive: true })
  })

  const file = (name: string) => join(folder, name)
  const textOf = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
  const variables = () => ({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    // A lock of its own as well.
    TMPDIR: folder,
    RUNNER_TEMP: folder,
    CI: 'true',
    GITHUB_ACTION_PATH: ROOT,
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_PATH: file('event.json'),
    GITHUB_OUTPUT: file('output'),
    GITHUB_REPOSITORY: 'someone/api',
    GITHUB_RUN_ID: '99',
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_STEP_SUMMARY: file('summary.md'),
  })

  /** All steps in their order, after a failed one only those that ask for it. */
  async function use(
    inputs: Readonly<Record<string, string>>,
  ): Promise<{ readonly steps: Readonly<Record<string, Ended>>; readonly context: Context }> {
    const { inputs: known, runs } = readAction()
    expect(Object.keys(known)).toEqual(expect.arrayContaining(Object.keys(inputs)))
    let context: Context = Object.fromEntries([
      ['github.token', 'secret-token'],
      ...Object.entries(known).map(([name, { default: value }]) => [
        `inputs.${name}`,
        inputs[name] ?? filledIn(value, { 'github.token': 'secret-token' }),
      ]),
    ])
    const steps: Record<string, Ended> = {}
    let hasFailed = false
    for (const step of runs.steps) {
      if ((hasFailed && step.if === undefined) || !holds(step.if, context)) continue
      if (step.uses !== undefined) {
        const values = Object.values(step.with).map((value) => filledIn(value, context))
        steps[step.name ?? ''] = { code: 0, stdout: values.join('\n'), stderr: '' }
        continue
      }
      rmSync(file('output'), { force: true })
      const done = await runStep(step, context, variables())
      steps[step.name ?? ''] = done
      hasFailed ||= done.code !== 0
      const outputs = textOf('output')
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => [`steps.${step.id}.outputs.${line.split('=')[0]}`, line.slice(line.indexOf('=') + 1)])
      context = { ...context, ...Object.fromEntries(outputs) }
    }
    return { steps, context }
  }

  const SMALL = { profile: 'smoke', strategies: 'none,jwt-hs256-fast', scenarios: 'verify' }

  it('measure, report, and keep one comment up to date', async () => {
    for (let id = 0; id < 120; id++)
      github.comments.push({ id, body: `<!-- authbench: authbench -->${id}`, user: { type: 'User' } })
    const { steps, context } = await use(SMALL)
    // A disturbed machine is told, and fails nothing unless the workflow asks for it.
    expect(['pass', 'inconclusive']).toContain(context['steps.measure.outputs.verdict'])
    expect(Object.values(steps).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
    const [artifact, uploaded = ''] = steps['Upload the report']?.stdout.split('\n') ?? []
    expect(artifact).toBe('authbench-report')
    expect(existsSync(join(uploaded, 'report.html'))).toBe(true)
    const summary = textOf('summary.md')
    expect(summary).toContain('JWT HS256')
    const [own] = github.comments.slice(120)
    expect(own?.body).toMatch(/^<!-- authbench: authbench -->\n/)
    expect(own?.body).toContain(summary.slice(0, 200))
    expect(own?.body).toContain('(https://github.example/someone/api/actions/runs/99)')
    expect(github.seen.every(({ authorization }) => authorization === 'Bearer secret-token')).toBe(true)
    expect(JSON.stringify(steps)).not.toContain('secret-token')

    const published = { INPUT_REPORT: join(dirname(uploaded), 'comment.md') }
    expect(await said(comment, published)).toBe('0 The comment on pull request 7 is updated.\n')
    expect(github.comments).toHaveLength(121)
    expect(github.seen.at(-1)?.method).toBe('PATCH')
    expect(await said(comment, { ...published, INPUT_COMMENT_KEY: 'other' })).toMatch(/is written/)
    expect(github.comments).toHaveLength(122)

    const baseline = { ...variables(), INPUT_BASELINE: uploaded, INPUT_GATE: 'cpu=5%\nrps=off' }
    expect(await conclude(baseline, dirname(uploaded), 0)).toBe(3)
    expect(textOf('output')).toContain('verdict=inconclusive')
    expect(readFileSync(published.INPUT_REPORT, 'utf8')).toMatch(/^#+ Inconclusive:[\s\S]*JWT HS256/)
  })

  /** Exit code and log of a step, without a process. */
  async function said(
    step: (env: Variables, say: Say) => number | Promise<number>,
    inputs: Variables,
  ): Promise<string> {
    let text = ''
    const code = await step({ ...variables(), ...inputs }, (part) => {
      text += part
    })
    return `${code} ${text}`
  }

  it('say so where the token may not write, as that of a fork, and fail nothing for it', async () => {
    writeFileSync(file('report.md'), 'A report')
    github.refuses = true
    const report = { INPUT_REPORT: file('report.md') }
    expect(await said(comment, report)).toMatch(
      /^0 ::warning title=authbench::No comment: GET .* was answered with 403\..*pull-requests: write/,
    )
    writeFileSync(file('event.json'), JSON.stringify({ ref: 'refs/heads/main' }))
    expect(await said(comment, report)).toMatch(/^0 ::notice .*not the run of a pull request/)
    await expect(said(comment, { ...report, INPUT_COMMENT_KEY: '--> @all' })).rejects.toThrow(
      'input comment-key',
    )
  })

  it('cut a comment that GitHub would refuse, between lines', async () => {
    writeFileSync(file('report.md'), `${'ü'.repeat(99)}\n`.repeat(1000))
    await said(comment, { INPUT_REPORT: file('report.md') })
    const body = github.comments[0]?.body ?? ''
    expect(Buffer.byteLength(body)).toBeLessThan(65_536)
    expect(body).toMatch(/ü\n\n\*The rest is in the report\.\*\n$/)
  })

  it('fail for a regression, and for what stayed open only where the workflow asks for it', async () => {
    const judged = async (verdict: string, inconclusive = '') =>
      (await said(gate, { INPUT_VERDICT: verdict, INPUT_INCONCLUSIVE: inconclusive })).slice(0, 7)
    expect(await judged('pass')).toBe('0 ')
    expect(await judged('regression')).toBe('1 ::err')
    expect(await judged('inconclusive')).toBe('0 ::war')
    expect(await judged('inconclusive', 'fail')).toBe('3 ::err')
    expect(await judged('')).toBe('3 ::err')
    await expect(judged('pass', 'maybe')).rejects.toThrow('input inconclusive')
  })

  it('end with what is wrong in an input, without a comment', async () => {
    const { steps, context } = await use({ ...SMALL, profile: 'quik' })
    expect(steps.Measure).toMatchObject({ code: 2, stderr: expect.stringContaining("'quick'") })
    expect(Object.keys(steps)).toEqual(['Set up authbench', 'Measure', 'Gate'])
    expect(steps.Gate).toMatchObject({ code: 3 })
    expect(context['steps.measure.outputs.folder']).toBeUndefined()
    expect(github.seen).toEqual([])
    expect(() => runArguments({ INPUT_AGAINST: 'base', INPUT_BASELINE: 'run' }, 'out')).toThrow('baseline')
    expect(runArguments({ INPUT_AGAINST: '--json', INPUT_GATE: ' cpu=5%, p99=off\n' }, 'out')).toEqual([
      'run',
      '--against=--json',
      '--gate=cpu=5%',
      '--gate=p99=off',
      '--out=out',
    ])
  })
})
