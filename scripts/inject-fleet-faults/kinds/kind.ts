// In this folder: what can be done to a fleet, one file for each thing that it is done to.

import { setTimeout as delay } from 'node:timers/promises'
import { AGENTS, type Moment, type Scene, type Watched } from '../scene.ts'

export interface Fault {
  readonly kind: string
  readonly moment: Moment
  /** Does it, and says how each program has to end. */
  inject(scene: Scene): Promise<void>
}

export interface Running {
  readonly up: Watched
  readonly one: Watched
  readonly two: Watched
  /** Null: the fleet waits. */
  readonly run: Watched | null
}

/** A fleet of two and, but for `idle`, a run on it, that is somewhere in that moment. */
export async function running(
  scene: Scene,
  moment: Moment,
  before: readonly string[] = [],
): Promise<Running> {
  const { up, agents } = await scene.fleet(AGENTS, before)
  const [one, two] = agents
  if (one === undefined || two === undefined) throw new Error('no agents')
  const run = moment === 'idle' ? null : scene.run()
  if (run !== null) await scene.until(moment, run)
  else await delay(scene.between(0, 1000))
  return { up, one, two, run }
}

export const at = (
  kind: string,
  moments: readonly Moment[],
  inject: (scene: Scene, moment: Moment) => Promise<void>,
): readonly Fault[] => moments.map((moment) => ({ kind, moment, inject: (scene) => inject(scene, moment) }))

/** Some rounds of a run on a machine that everybody uses. */
const GOES_ON_MS = 120_000

/** Goes on or says why not, and is ended by us where it goes on. */
export async function survivesOr(scene: Scene, run: Watched, says: RegExp): Promise<void> {
  const goesOn = run.program.says(/round\s+[5-9]\/50/)
  const given = new AbortController()
  const end = await Promise.race([
    goesOn,
    delay(GOES_ON_MS, 'hangs' as const, { signal: given.signal }).catch(() => 'hangs' as const),
  ])
  given.abort()
  if (end === true) {
    run.program.kill('SIGINT')
    scene.expect(run, [130])
  } else scene.expect(run, [3], says)
  await scene.ended(run)
}

/** It ends, and says what it misses. @param lost in a window; while it starts, it may as well have too few of them */
export async function endsWithout(
  scene: Scene,
  run: Watched | null,
  moment: Moment,
  lost: RegExp,
): Promise<void> {
  if (run === null) return
  if (moment === 'start') scene.expect(run, [2, 3], /AGENT_LOST|HOST_LOST|FLEET_TOO_SMALL/)
  else scene.expect(run, [3], lost)
  await scene.ended(run)
}

/**
 * In the place of one that is gone; it is told to wait until nobody takes that one for being there.
 * @returns null when it never is
 */
export async function joinsAgain(scene: Scene, start: () => Watched): Promise<Watched | null> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const member = start()
    if (await member.program.says('waits for a run')) return member
    scene.expect(member, [2], /AGENT_JOINED_TWICE/)
    await delay(2500)
  }
  scene.problems.push('a member of the fleet cannot join again')
  return null
}

/** After a run that was killed, the next one is told to wait. */
export async function servesAfterKill(scene: Scene): Promise<void> {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const run = scene.run({ rounds: 1 })
    const end = await scene.ended(run)
    if (!run.program.said().includes('FLEET_BUSY')) return scene.expect(run, [0, 3], /Report: /)
    scene.expect(run, [2], /FLEET_BUSY/)
    if (end === null) return
    await delay(3000)
  }
  scene.problems.push('the fleet stays with a run that was killed')
}
