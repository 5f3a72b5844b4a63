import type { ExperimentContext, Stage } from './experiment.ts'

/** A machine that is too busy to start a server makes a trial void; it is made again. */
const TRIES = 3

export interface Lanes<Job, Observation> {
  /** So many at the same time. */
  readonly lanes: number
  readonly limitMs: number
  /** For whoever watches. */
  readonly nameOf: (job: Job) => string
  readonly work: (job: Job, stage: Stage) => Promise<Observation | readonly Observation[]>
}

/** One trial for each job, several at the same time: for trials that wait more than they work. */
export async function inLanes<Job, Observation>(
  context: Pick<ExperimentContext<Observation>, 'trial' | 'say' | 'leaveOut'>,
  jobs: Iterable<Job>,
  { lanes, limitMs, nameOf, work }: Lanes<Job, Observation>,
): Promise<void> {
  const waiting = Iterator.from(jobs)
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const job of waiting) {
        let isDone = false
        for (let tries = 0; !isDone && tries < TRIES; tries += 1)
          isDone = await context.trial({ limitMs }, (stage) => work(job, stage))
        if (isDone) context.say(nameOf(job))
        else context.leaveOut(`${nameOf(job)} is missing: ${TRIES} trials of it were void.`)
      }
    }),
  )
}
