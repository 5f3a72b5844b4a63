import { setTimeout as delay } from 'node:timers/promises'
import { at, type Fault, running, servesAfterKill } from './kind.ts'

/** A clock that began with another boot. */
const SHIFTED = ['unshare', '--time', '--monotonic', '100000'] as const

export const coordinatorFaults: readonly Fault[] = [
  ...at('run killed', ['start', 'warm-up', 'between', 'window', 'window'], async (scene, moment) => {
    const { run } = await running(scene, moment)
    if (run !== null) scene.kill(run)
    await servesAfterKill(scene)
  }),
  ...at('run interrupted', ['start', 'warm-up', 'window'], async (scene, moment) => {
    const { run } = await running(scene, moment)
    run?.program.kill('SIGINT')
    if (run !== null) {
      // Before it listens to signals, it is the system that ends it.
      scene.expect(run, [130])
      await scene.ended(run)
    }
    await scene.serves()
  }),
  ...at('run paused until another has its fleet', ['window', 'between'], async (scene, moment) => {
    const { run } = await running(scene, moment)
    run?.program.kill('SIGSTOP')
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const other = scene.run({ on: 'other', rounds: 2 })
      if (await other.program.says(/round\s+1\/2\s+warming up/)) {
        run?.program.kill('SIGCONT')
        scene.expect(other, [0, 3], /Report: /)
        if (run !== null) scene.expect(run, [3], /\[FLEET_LOST\]|\[AGENT_LOST\]/)
        await scene.ended(other)
        return
      }
      scene.expect(other, [2], /FLEET_BUSY/)
      await delay(2000)
    }
    scene.problems.push('the fleet stays with a run that is stopped')
  }),
  ...at('two runs', ['start', 'window'], async (scene, moment) => {
    const { run } = await running(scene, 'window')
    const second = scene.run({ on: 'other', rounds: 1 })
    scene.expect(second, [2], /FLEET_BUSY/)
    await scene.ended(second)
    if (run === null) return
    if (moment === 'window') await scene.says(run, /round\s+4\/50/)
    run.program.kill('SIGINT')
    scene.expect(run, [130])
  }),
  ...at('clock 100,000 s ahead', ['idle'], async (scene, moment) => {
    await running(scene, moment, SHIFTED)
    await scene.serves()
  }),
  ...at('clock 100,000 s ahead, agent killed', ['window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment, SHIFTED)
    scene.kill(two)
    if (run !== null) scene.expect(run, [3], /agent-2.*\[AGENT_LOST\]/s)
  }),
]
