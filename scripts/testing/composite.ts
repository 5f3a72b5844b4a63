import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Ended, ended } from '../../bench/testing/child-processes.ts'

export const ROOT = join(import.meta.dirname, '../..')

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)

export const stepSchema = z.object({
  name: z.string().optional(),
  id: z.string().optional(),
  if: text.optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  env: z.record(z.string(), text).default({}),
  with: z.record(z.string(), text).default({}),
})
export type Step = z.infer<typeof stepSchema>

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: text.default('') })),
  outputs: z.record(z.string(), z.object({ description: z.string(), value: z.string() })),
  runs: z.object({ using: z.literal('composite'), steps: z.array(stepSchema) }),
})

export const readAction = () => actionSchema.parse(parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')))

/** What expressions may name, by its whole name: `inputs.profile`, `steps.measure.outputs.folder`. */
export type Context = Readonly<Record<string, string>>

const valueIn = (context: Context, name: string): string => context[name] ?? ''

/** Text with `${{ name }}` in it. @throws Error for any other expression */
export const filledIn = (template: string, context: Context): string =>
  template.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
    if (!/^[\w.-]+$/.test(name)) throw new Error(`not understood: ${name}`)
    return valueIn(context, name)
  })

/** `${{ !cancelled() && a == 'b' && c != '' }}`, which is all that is used. @throws Error for anything else */
export function holds(condition: string | undefined, context: Context): boolean {
  if (condition === undefined) return true
  const terms = condition.replace(/^\$\{\{(.*)\}\}$/, '$1').split('&&')
  return terms
    .map((term) => term.trim())
    .every((term) => {
      if (term === '!cancelled()') return true
      const [, name = '', operator, wanted] = /^([\w.-]+) (==|!=) '([^']*)'$/.exec(term) ?? []
      if (operator === undefined) throw new Error(`not understood: ${term}`)
      return (valueIn(context, name) === wanted) === (operator === '==')
    })
}

/** A step as the runner starts it. */
export const runStep = (step: Step, context: Context, env: NodeJS.ProcessEnv): Promise<Ended> =>
  ended(
    spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run ?? ''], {
      env: {
        ...env,
        ...Object.fromEntries(
          Object.entries(step.env).map(([name, value]) => [name, filledIn(value, context)]),
        ),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
