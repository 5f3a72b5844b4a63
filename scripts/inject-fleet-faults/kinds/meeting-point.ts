import { setTimeout as delay } from 'node:timers/promises'
import { send } from '../../machines/program.ts'
import type { Scene } from '../scene.ts'
import { at, type Fault, type Running, running, survivesOr } from './kind.ts'

const LOST = /\[FLEET_LOST\]/

/** Agents and the run have to end by themselves. */
async function allEnd(scene: Scene, { one, two, run }: Running): Promise<void> {
  for (const agent of [one, two]) scene.expect(agent, [3], LOST)
  // One that has not yet begun finds no join file any more.
  if (run !== null) scene.expect(run, [2, 3], /FLEET_LOST|FLEET_UNREACHABLE|JOIN_FILE_UNREADABLE/)
  for (const each of [run, one, two]) if (each !== null) await scene.ended(each)
}

/** The same fleet, with agents that were started again. */
async function startsAgain(scene: Scene): Promise<void> {
  // Who was cut off could not say good-bye.
  await delay(8500)
  for (const name of ['agent-1', 'agent-2'] as const) await scene.says(scene.agent(name), 'waits for a run')
  await scene.serves()
}

export const meetingPointFaults: readonly Fault[] = [
  ...at('control Redis killed', ['idle', 'start', 'warm-up', 'between', 'window'], async (scene, moment) => {
    const all = await running(scene, moment)
    send(await scene.redisPid(), 'SIGKILL')
    scene.expect(all.up, [3], LOST)
    await allEnd(scene, all)
  }),
  ...at('control Redis hangs', ['idle', 'warm-up', 'window'], async (scene, moment) => {
    const all = await running(scene, moment)
    const redis = await scene.redisPid()
    send(redis, 'SIGSTOP')
    await allEnd(scene, all)
    send(redis, 'SIGCONT')
    await startsAgain(scene)
  }),
  ...at('control Redis paused shortly', ['start', 'warm-up', 'window'], async (scene, moment) => {
    const { run } = await running(scene, moment)
    const redis = await scene.redisPid()
    send(redis, 'SIGSTOP')
    await delay(scene.between(100, 3000))
    send(redis, 'SIGCONT')
    if (run !== null) await survivesOr(scene, run, /AGENT_LATE/)
    await scene.serves()
  }),
  ...at('fleet up interrupted', ['window'], async (scene, moment) => {
    const all = await running(scene, moment)
    all.up.program.kill('SIGINT')
    scene.expect(all.up, [0])
    await allEnd(scene, all)
  }),
  ...at('fleet up killed', ['idle', 'window'], async (scene, moment) => {
    const all = await running(scene, moment)
    scene.kill(all.up)
    await allEnd(scene, all)
  }),
  ...at('link of an agent cut', ['idle', 'start', 'warm-up', 'between', 'window'], async (scene, moment) => {
    const { two, run } = await running(scene, moment)
    await scene.machine('agent-2').plug(false)
    scene.expect(two, [3], LOST)
    if (run !== null) {
      scene.expect(run, [2, 3], /AGENT_LOST|FLEET_TOO_SMALL/)
      await scene.ended(run)
    }
    await scene.ended(two)
    await scene.machine('agent-2').plug(true)
    await scene.says(scene.agent('agent-2'), 'waits for a run')
    await scene.serves()
  }),
  ...at('link of an agent cut shortly', ['idle', 'warm-up', 'window', 'window'], async (scene, moment) => {
    const { run } = await running(scene, moment)
    await scene.machine('agent-2').plug(false)
    await delay(scene.between(100, 2500))
    await scene.machine('agent-2').plug(true)
    if (run !== null) await survivesOr(scene, run, /AGENT_LOST|AGENT_LATE/)
    await scene.serves()
  }),
]
