import { annotation, inputInvalid, inputOf, type Say, type Variables } from './workflow.ts'

/** A regression fails the job. What could not be decided does as well only where the workflow asks for it: on a shared machine that is often so. */
export function gate(env: Variables, say: Say): number {
  const onOpen = inputOf(env, 'INCONCLUSIVE') || 'warn'
  if (onOpen !== 'warn' && onOpen !== 'fail')
    throw inputInvalid('INCONCLUSIVE', `it is '${onOpen}'`, 'Use warn or fail.')
  const verdict = inputOf(env, 'VERDICT')
  switch (verdict) {
    case 'pass':
      return 0
    case 'regression':
      say(annotation('error', 'Worse than the limit: see the summary of this job.'))
      return 1
    case 'inconclusive':
      say(
        annotation(
          onOpen === 'fail' ? 'error' : 'warning',
          'The measurement is invalid or inconclusive, so nothing was judged: see the summary of this job.',
        ),
      )
      return onOpen === 'fail' ? 3 : 0
    default:
      say(annotation('error', 'Nothing was measured: see the log of the step before.'))
      return 3
  }
}
