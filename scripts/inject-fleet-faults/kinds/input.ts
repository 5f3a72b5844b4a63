import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scene } from '../scene.ts'
import { at, type Fault, running } from './kind.ts'

/** An agent and a run with it, neither of which starts; the others wait on. */
async function refused(scene: Scene, file: string, says: RegExp): Promise<void> {
  const agent = scene.agent('other', { file })
  scene.expect(agent, [2], says)
  const run = scene.run({ rounds: 1, file })
  scene.expect(run, [2], says)
  for (const each of [agent, run]) await scene.ended(each)
}

const joinFile = (kind: string, change: (scene: Scene) => string | Promise<string>, says: RegExp) =>
  at(`join file ${kind}`, ['idle'], async (scene) => {
    await scene.fleet()
    await refused(scene, await change(scene), says)
  })

/** As root everybody writes everywhere, but not on a disk that is full, or that takes nothing. */
const onDisk = (place: string, options: string, fill: string): readonly string[] => [
  ...['unshare', '--mount', 'sh', '-c'],
  `mount -t tmpfs -o size=8k none '${place}' && ${fill} && mount -o remount,${options} '${place}' && exec "$@"`,
  'sh',
]

async function unwritable(scene: Scene, options: string, fill: (place: string) => string): Promise<void> {
  const place = join(scene.folder, 'disk')
  mkdirSync(place)
  const up = scene.up([], {
    file: join(place, 'fleet.json'),
    before: onDisk(place, options, fill(place)),
  })
  scene.expect(up, [2], /JOIN_FILE_UNWRITABLE/)
  await scene.ended(up)
}

export const inputFaults: readonly Fault[] = [
  ...joinFile(
    'of another fleet',
    async (scene) => {
      const file = join(scene.folder, 'second.json')
      const second = scene.up([], { file })
      await scene.says(second, 'Ctrl-C ends it.')
      const { port, host } = JSON.parse(scene.text(scene.joinFile)) as { port: number; host: string }
      return scene.joinFileWith('mixed.json', { ...JSON.parse(scene.text(file)), port, host })
    },
    /certificate is of another fleet.*FLEET_UNREACHABLE/s,
  ),
  ...joinFile(
    'of a fleet that has ended',
    (scene) => scene.joinFileWith('ended.json', { port: 9 }),
    /FLEET_UNREACHABLE/,
  ),
  ...joinFile(
    'with another password',
    (scene) => scene.joinFileWith('password.json', { password: 'another' }),
    /FLEET_UNREACHABLE/,
  ),
  ...joinFile(
    'of another version',
    (scene) => scene.joinFileWith('version.json', { authbench: '0.0.1' }),
    /JOIN_FILE_OTHER_VERSION/,
  ),
  ...joinFile(
    'of another Node.js',
    (scene) => scene.joinFileWith('node.json', { node: 'v1.0.0' }),
    /JOIN_FILE_OTHER_VERSION/,
  ),
  ...joinFile(
    'that is cut off',
    (scene) => {
      const file = join(scene.folder, 'half.json')
      writeFileSync(file, scene.text(scene.joinFile).slice(0, 200), { mode: 0o600 })
      return file
    },
    /JOIN_FILE_INVALID/,
  ),
  ...joinFile(
    'that others can read',
    (scene) => {
      const file = join(scene.folder, 'open.json')
      writeFileSync(file, scene.text(scene.joinFile), { mode: 0o644 })
      return file
    },
    /JOIN_FILE_OPEN/,
  ),
  ...at('agent joined twice', ['idle', 'window'], async (scene, moment) => {
    const { run } = await running(scene, moment)
    const twin = scene.agent('other', { as: 'agent-2' })
    scene.expect(twin, [2], /AGENT_JOINED_TWICE/)
    await scene.ended(twin)
    if (run !== null) {
      await scene.says(run, /round\s+4\/50/)
      run.program.kill('SIGINT')
      scene.expect(run, [130])
      await scene.ended(run)
    }
    await scene.serves()
  }),
  ...at('agent joined twice, the first was paused', ['idle'], async (scene, moment) => {
    const { two } = await running(scene, moment)
    two.program.kill('SIGSTOP')
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const twin = scene.agent('other', { as: 'agent-2' })
      if (await twin.program.says('waits for a run')) break
      scene.expect(twin, [2], /AGENT_JOINED_TWICE/)
    }
    two.program.kill('SIGCONT')
    scene.expect(two, [2, 3], /AGENT_JOINED_TWICE|FLEET_LOST/)
    await scene.ended(two)
    await scene.serves()
  }),
  ...at('too few agents', ['idle'], async (scene) => {
    await scene.fleet()
    const run = scene.run({ rounds: 1, agents: 3 })
    scene.expect(run, [2], /2 of 3 agents are there: agent-1, agent-2.*FLEET_TOO_SMALL/s)
    await scene.ended(run)
  }),
  ...at('port taken', ['idle'], async (scene) => {
    await scene.fleet()
    const { port } = JSON.parse(scene.text(scene.joinFile)) as { port: number }
    const second = scene.up(['--port', String(port)], { file: join(scene.folder, 'second.json') })
    scene.expect(second, [2], /FLEET_ADDRESS_INVALID/)
    await scene.ended(second)
  }),
  ...at('second fleet with the same join file', ['idle'], async (scene) => {
    const first = scene.up()
    await scene.says(first, 'Ctrl-C ends it.')
    await scene.fleet()
    first.program.kill('SIGINT')
    scene.expect(first, [0])
    await scene.ended(first)
    await scene.serves()
  }),
  ...at('disk full', ['idle'], (scene) =>
    unwritable(scene, 'rw', (place) => `! head -c 100000 /dev/zero > '${place}/full' 2>/dev/null`),
  ),
  ...at('disk that takes nothing', ['idle'], (scene) => unwritable(scene, 'ro', () => 'true')),
]
