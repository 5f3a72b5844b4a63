import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf } from '../../src/results/errors.ts'
import { annotation, cutLines, inputInvalid, inputOf, type Say, type Variables } from './workflow.ts'

/** 65,536 characters are taken; bytes are at least as many. */
const COMMENT_BYTES = 65_000
const PAGE = 100
const MOST_PAGES = 30
const TIMEOUT_MS = 30_000

const eventSchema = z.object({ pull_request: z.object({ number: z.number().int().positive() }) })
const commentsSchema = z.array(
  z.object({
    id: z.number().int(),
    body: z.string().nullable().optional(),
    user: z.object({ type: z.string() }).nullable(),
  }),
)

/** Not written as text by anybody: a comment that quotes it does not begin with it. */
const markerOf = (key: string): string => `<!-- authbench: ${key} -->`

class Refused extends Error {
  override readonly name = 'Refused'
}

interface Conversation {
  readonly api: string
  readonly repository: string
  readonly token: string
  readonly number: number
}

async function ask({ api, token }: Conversation, path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${api}${path}`, {
    ...init,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
  })
  if (!response.ok) throw new Refused(`${init.method ?? 'GET'} ${path} was answered with ${response.status}`)
  return await response.json()
}

/** That of a bot, because whoever may comment can begin a comment in the same way. */
async function ownComment(conversation: Conversation, marker: string): Promise<number | null> {
  const { repository, number } = conversation
  for (let page = 1; page <= MOST_PAGES; page++) {
    const path = `/repos/${repository}/issues/${number}/comments?per_page=${PAGE}&page=${page}`
    const comments = commentsSchema.parse(await ask(conversation, path))
    const own = comments.find(({ body, user }) => body?.startsWith(marker) && user?.type === 'Bot')
    if (own !== undefined) return own.id
    if (comments.length < PAGE) return null
  }
  return null
}

async function publish(conversation: Conversation, marker: string, text: string): Promise<string> {
  const { repository, number } = conversation
  const body = JSON.stringify({ body: cutLines(`${marker}\n${text}`, COMMENT_BYTES) })
  const id = await ownComment(conversation, marker)
  if (id === null) {
    await ask(conversation, `/repos/${repository}/issues/${number}/comments`, { method: 'POST', body })
    return 'written'
  }
  await ask(conversation, `/repos/${repository}/issues/comments/${id}`, { method: 'PATCH', body })
  return 'updated'
}

function pullRequestOf(env: Variables): number | null {
  if (env.GITHUB_EVENT_PATH === undefined) return null
  const event = eventSchema.safeParse(JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8')))
  return event.success ? event.data.pull_request.number : null
}

function footer(env: Variables): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env
  return run === undefined
    ? ''
    : `\n<sub>[The run](${server}/${repository}/actions/runs/${run}) has the whole report among its artifacts.</sub>\n`
}

/**
 * One comment for each key, which later runs update. A token that may not write, as that of a fork, is no reason to fail: the report
 * is in the summary of the job.
 */
export async function comment(env: Variables, say: Say): Promise<number> {
  const key = inputOf(env, 'COMMENT_KEY') || 'authbench'
  if (!/^[\w ./]{1,100}$/.test(key))
    throw inputInvalid('COMMENT_KEY', `it is '${key}'`, 'Use letters, digits, spaces, dots and slashes.')
  const number = pullRequestOf(env)
  if (number === null) {
    say(annotation('notice', 'No comment: this is not the run of a pull request.'))
    return 0
  }
  const report = readFileSync(inputOf(env, 'REPORT'), 'utf8')
  const conversation: Conversation = {
    api: env.GITHUB_API_URL ?? '',
    repository: env.GITHUB_REPOSITORY ?? '',
    token: env.GITHUB_TOKEN ?? '',
    number,
  }
  try {
    const done = await publish(conversation, markerOf(key), report + footer(env))
    say(`The comment on pull request ${number} is ${done}.\n`)
  } catch (error) {
    say(
      annotation(
        'warning',
        `No comment: ${messageOf(error)}. It needs the permission pull-requests: write, which runs of forks do not get. The report is in the summary of this job.`,
      ),
    )
  }
  return 0
}
