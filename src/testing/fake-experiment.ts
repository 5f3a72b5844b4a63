import type { ExperimentResult, Figure } from '../results/experiment.ts'

/** One that came to its end, with these figures. */
export const fakeExperiment = (id: string, figures: readonly Figure[]): ExperimentResult => ({
  id,
  title: '',
  question: '',
  answer: [],
  figures: [...figures],
  charts: [],
  trials: figures.length,
  void: 0,
  voidReasons: [],
  complete: true,
  ended: null,
  notDone: [],
  command: '',
})
