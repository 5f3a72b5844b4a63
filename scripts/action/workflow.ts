// In this folder: the steps of `action.yml`, and how they speak with the workflow that they are part of.

import { appendFileSync } from 'node:fs'
import { AuthbenchError } from '../../src/results/errors.ts'

export type Variables = Readonly<Record<string, string | undefined>>
/** To the log of the step, where the runner looks for commands. */
export type Say = (text: string) => void

/** Empty where it is not set: what a workflow leaves out is an empty text as well. */
export const inputOf = (env: Variables, name: string): string => (env[`INPUT_${name}`] ?? '').trim()

export const inputInvalid = (name: string, what: string, next: string): AuthbenchError =>
  new AuthbenchError('INPUT_INVALID', `input ${name.toLowerCase().replaceAll('_', '-')}: ${what}`, { next })

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** A line that the runner shows beside the job. */
export const annotation = (level: 'error' | 'warning' | 'notice', text: string): string =>
  `::${level} title=authbench::${escapeData(text)}\n`

export function setOutputs(env: Variables, outputs: Readonly<Record<string, string>>): void {
  if (env.GITHUB_OUTPUT === undefined) return
  for (const [name, value] of Object.entries(outputs)) {
    // A second line would be another output.
    appendFileSync(env.GITHUB_OUTPUT, `${name}=${value.replaceAll(/[\r\n]/g, ' ')}\n`)
  }
}

/** What the runner takes for one step; what is longer, it leaves out as a whole. */
const SUMMARY_BYTES = 1_000_000

export function addToSummary(env: Variables, markdown: string): void {
  if (env.GITHUB_STEP_SUMMARY === undefined) return
  appendFileSync(env.GITHUB_STEP_SUMMARY, `${cutLines(markdown, SUMMARY_BYTES)}\n`)
}

/** Whole lines only, and a line that says that there are more. */
export function cutLines(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  const note = '\n\n*The rest is in the report.*\n'
  const kept = Buffer.from(text)
    .subarray(0, bytes - Buffer.byteLength(note))
    .toString()
  return kept.slice(0, kept.lastIndexOf('\n')) + note
}
