import { setTimeout as delay } from 'node:timers/promises'
import { send } from '../../machines/program.ts'
import type { Scene, Watched } from '../scene.ts'
import { at, endsWithout, type Fault, joinsAgain, running, survivesOr } from './kind.ts'

const LOST = /agent-2.*\[AGENT_LOST\]/s
/** Longer than anybody is taken for being there who says nothing. */
const LONG_MS = 12_000

async function joining(scene: Scene): Promise<Watched> {
  await scene.fleet(['agent-1'])
  const two = scene.agent('agent-2')
  await delay(scene.between(0, 900))
  return two
}

/** Waits too long before they begin, or takes for being there who is not. */
async function runsWithoutIt(scene: Scene): Promise<void> {
  const run = scene.run({ rounds: 1 })
  scene.expect(run, [2, 3], /FLEET_TOO_SMALL|AGENT_LOST/)
  await scene.ended(run)
}

export const agentFaults: readonly Fault[] = [
  ...at('agent killed', ['join'], async (scene) => {
    scene.kill(await joining(scene))
    await runsWithoutIt(scene)
  }),
  ...at('agent killed', ['start', 'warm-up', 'between', 'window', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    scene.kill(two)
    await endsWithout(scene, run, moment, LOST)
    await joinsAgain(scene, () => scene.agent('agent-2'))
    await scene.serves()
  }),
  ...at('both agents killed', ['window'], async (scene, moment) => {
    const { one, two, run } = await running(scene, moment)
    scene.kill(one)
    scene.kill(two)
    await endsWithout(scene, run, moment, LOST)
  }),
  ...at('agent interrupted', ['join'], async (scene) => {
    const two = await joining(scene)
    two.program.kill('SIGINT')
    // Before it listens to signals, it is the system that ends it.
    scene.expect(two, [0, 'SIGINT'])
    await runsWithoutIt(scene)
  }),
  ...at('agent interrupted', ['start', 'warm-up', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    two.program.kill('SIGINT')
    scene.expect(two, [0])
    await endsWithout(scene, run, moment, LOST)
    await joinsAgain(scene, () => scene.agent('agent-2'))
    await scene.serves()
  }),
  ...at('agent paused for long', ['idle'], async (scene) => {
    const { two } = await running(scene, 'idle')
    two.program.kill('SIGSTOP')
    await delay(LONG_MS)
    two.program.kill('SIGCONT')
    await scene.serves()
  }),
  ...at('agent paused for long', ['start', 'warm-up', 'window', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    two.program.kill('SIGSTOP')
    await endsWithout(scene, run, moment, LOST)
    two.program.kill('SIGCONT')
    await scene.serves()
  }),
  ...at('agent paused shortly', ['join'], async (scene) => {
    const two = await joining(scene)
    two.program.kill('SIGSTOP')
    await delay(scene.between(200, 3000))
    two.program.kill('SIGCONT')
    await scene.says(two, 'waits for a run')
    await scene.serves()
  }),
  ...at('agent paused shortly', ['start', 'warm-up', 'window', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    two.program.kill('SIGSTOP')
    await delay(scene.between(50, 3000))
    two.program.kill('SIGCONT')
    if (run !== null) await survivesOr(scene, run, /AGENT_LOST|AGENT_LATE/)
    await scene.serves()
  }),
  ...at('generator killed', ['warm-up', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    send(await scene.generatorOf(two), 'SIGKILL')
    if (run !== null) {
      scene.expect(run, [3], /AGENT_LOST/)
      await scene.ended(run)
    }
    await scene.serves()
  }),
  ...at('generator hangs', ['warm-up', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    send(await scene.generatorOf(two), 'SIGSTOP')
    if (run !== null) {
      scene.expect(run, [3], /AGENT_LOST/)
      await scene.ended(run)
    }
    await scene.serves()
  }),
  ...at('generator paused shortly', ['warm-up', 'window', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    const generator = await scene.generatorOf(two)
    send(generator, 'SIGSTOP')
    await delay(scene.between(50, 2000))
    send(generator, 'SIGCONT')
    if (run !== null) await survivesOr(scene, run, /AGENT_LOST|AGENT_LATE/)
    await scene.serves()
  }),
]
