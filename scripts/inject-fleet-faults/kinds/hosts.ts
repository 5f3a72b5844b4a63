import { setTimeout as delay } from 'node:timers/promises'
import { send } from '../../machines/program.ts'
import { HOST, type Moment, type Scene, type Watched } from '../scene.ts'
import { at, endsWithout, type Fault, joinsAgain, servesAfterKill, survivesOr } from './kind.ts'

const LOST = /\[HOST_LOST\]/

/** A fleet with a host and, but for `idle`, a run on it, that is somewhere in that moment. */
async function hosting(
  scene: Scene,
  moment: Moment,
): Promise<{ readonly host: Watched; readonly run: Watched | null }> {
  await scene.fleet()
  const host = scene.host()
  await scene.says(host, 'waits for a run')
  const run = moment === 'idle' ? null : scene.run({ host: HOST })
  if (run !== null) await scene.until(moment, run)
  return { host, run }
}

async function hostsAgain(scene: Scene): Promise<void> {
  const host = await joinsAgain(scene, () => scene.host())
  if (host === null) return
  await scene.serves(HOST)
  await scene.rests(host)
}

export const hostFaults: readonly Fault[] = [
  ...at('host killed', ['idle', 'start', 'warm-up', 'between', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    scene.kill(host)
    await endsWithout(scene, run, moment, LOST)
    await hostsAgain(scene)
  }),
  ...at('host interrupted', ['idle', 'warm-up', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    host.program.kill('SIGINT')
    scene.expect(host, [0])
    await endsWithout(scene, run, moment, LOST)
    await hostsAgain(scene)
  }),
  ...at('host paused for long', ['warm-up', 'between', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    host.program.kill('SIGSTOP')
    await endsWithout(scene, run, moment, LOST)
    host.program.kill('SIGCONT')
    await scene.rests(host)
    await scene.serves(HOST)
  }),
  ...at('host paused shortly', ['warm-up', 'between', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    host.program.kill('SIGSTOP')
    await delay(scene.between(50, 2500))
    host.program.kill('SIGCONT')
    if (run !== null) await survivesOr(scene, run, LOST)
    await scene.rests(host)
  }),
  ...at('link of a host cut', ['warm-up', 'between', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    await scene.machine('other').plug(false)
    scene.expect(host, [3], /\[FLEET_LOST\]/)
    // What it cannot reach it may as well miss as servers that do not answer.
    if (run !== null) scene.expect(run, [3])
    for (const each of [run, host]) if (each !== null) await scene.ended(each)
    await scene.machine('other').plug(true)
    await hostsAgain(scene)
  }),
  ...at('run with a host killed', ['start', 'warm-up', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    if (run !== null) scene.kill(run)
    await scene.rests(host)
    await servesAfterKill(scene)
  }),
  ...at('run with a host interrupted', ['start', 'warm-up', 'window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    run?.program.kill('SIGINT')
    if (run !== null) {
      scene.expect(run, [130])
      await scene.ended(run)
    }
    await scene.rests(host)
    await scene.serves(HOST)
  }),
  ...at('control Redis of a host killed', ['window'], async (scene, moment) => {
    const { host, run } = await hosting(scene, moment)
    for (const each of scene.watched) scene.expect(each, [3], /\[FLEET_LOST\]/)
    send(await scene.redisPid(), 'SIGKILL')
    for (const each of [run, host]) if (each !== null) await scene.ended(each)
  }),
  ...at('host joined twice', ['idle'], async (scene, moment) => {
    const { host } = await hosting(scene, moment)
    const twin = scene.start('twin', 'agent-2', [
      ...['host', '--join-file', scene.joinFile, '--name', HOST],
      ...['--listen', scene.machine('agent-2').address],
    ])
    // Its own machine has an agent already, which does not mind.
    scene.expect(twin, [2], /AGENT_JOINED_TWICE/)
    await scene.ended(twin)
    await scene.serves(HOST)
    await scene.rests(host)
  }),
  ...at('no such host', ['idle'], async (scene, moment) => {
    await hosting(scene, moment)
    const run = scene.run({ rounds: 1, host: 'small' })
    scene.expect(run, [2], /small.*\[FLEET_TOO_SMALL\]/s)
    await scene.ended(run)
    await scene.serves(HOST)
  }),
  ...at('address that is another machine’s', ['idle'], async (scene) => {
    await scene.fleet()
    const host = scene.host(HOST, scene.machine('agent-1').address)
    scene.expect(host, [2], /FLEET_ADDRESS_INVALID/)
    await scene.ended(host)
  }),
]
