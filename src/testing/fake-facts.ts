import type { Facts } from '../doctor/facts.ts'

/** A machine with nothing against it. */
export const soundFacts: Facts = {
  platform: 'linux',
  node: 'v26.10.0',
  processors: { allowed: [0, 1, 2, 3], isolated: [], counted: 4, physical: 4 },
  quota: { cores: null, hidden: false },
  frequency: { governors: ['performance'], turbo: false },
  clockSource: 'tsc',
  schedstat: true,
  hidepid: null,
  userNamespace: false,
  pinning: { possible: true, sentence: 'Server on core 0; Redis on core 1, generator on core 2.' },
  priority: { mayYield: true, nice: 0, autogroup: true },
  openFiles: 20_000,
  ports: { range: 28_000, waiting: 0, backlog: 4096 },
  loopback: { v4: true, v6: true },
  memoryBytes: 8 * 2 ** 30,
  results: { path: 'results', writable: true, freeBytes: 50 * 2 ** 30 },
  temporary: { path: '/tmp', writable: true, freeBytes: 50 * 2 ** 30 },
  variables: [],
  otherRun: null,
  hugePages: 'madvise',
  redis: { kind: 'own', version: '7.0.15', place: '/usr/bin/redis-server' },
  sample: { steal: 0, foreign: 0.01, stops: 0, clockStepUs: 0.1, timerLateMs: 0.3 },
}
