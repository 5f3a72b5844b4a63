import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { authbenchVersion } from '../bench/store/environment.ts'
import { ROOT } from './testing/composite.ts'
import { manifestsIn, misspellings, saidTo } from './testing/manifests.ts'

const FILES = ['fleet.yaml', 'run.yaml', 'results.yaml']
/** Where `kubernetes-types` has what is used. */
const GROUPS: Readonly<Record<string, string>> = {
  v1: 'core/v1',
  'batch/v1': 'batch/v1',
  'networking.k8s.io/v1': 'networking/v1',
}
const NAMES_OF_ONES_OWN = ['labels', 'matchLabels', 'requests', 'limits', 'selector']

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})
const manifests = FILES.flatMap((file) => manifestsIn(`kubernetes/${file}`)).map((each) =>
  manifestSchema.parse(each),
)

const kindSchema = manifestSchema.pick({ apiVersion: true, kind: true })

const resourcesSchema = z.record(z.string(), z.string().regex(/^\d+(m|Mi|Gi)?$/))
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  resources: z.object({ requests: resourcesSchema, limits: resourcesSchema }),
  securityContext: z.unknown(),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).default([]),
  ports: z.array(z.looseObject({ containerPort: z.number() })).default([]),
})
const podSchema = z.looseObject({
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema),
  volumes: z.array(z.looseObject({ name: z.string() })),
})
const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: podSchema,
})
const pods = manifests.flatMap((each) => {
  if (each.kind === 'Pod') return [templateSchema.parse(each)]
  return each.kind === 'Job' ? [z.looseObject({ template: templateSchema }).parse(each.spec).template] : []
})
const roleOf = ({ metadata }: z.infer<typeof templateSchema>) =>
  metadata.labels['app.kubernetes.io/component'] ?? ''
const allContainers = pods.flatMap((pod) =>
  [...pod.spec.initContainers, ...pod.spec.containers].map((container) => ({ pod, container })),
)
const onlyContainer = (role: string) => {
  const [container] = pods.find((pod) => roleOf(pod) === role)?.spec.containers ?? []
  if (container === undefined) throw new Error(`no ${role}`)
  return container
}

/** What the compiler has against each, by its types: nothing is known of a field that is misspelt. */
async function judged(values: readonly unknown[]): Promise<readonly (readonly string[])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'authbench manifests '))
  try {
    const lines = values.map((value, index) => {
      const { apiVersion, kind } = kindSchema.parse(value)
      const group = join(ROOT, 'node_modules/kubernetes-types', GROUPS[apiVersion] ?? 'none')
      return `export const m${index}: import(${JSON.stringify(group)}).${kind} = ${JSON.stringify(value)}`
    })
    writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { noEmit: true, strict: true, module: 'preserve', target: 'esnext', types: [] },
        files: ['manifests.ts'],
      }),
    )
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [
      tsc,
      '-p',
      folder,
      '--pretty',
      'false',
    ]).catch((error: { readonly stdout: string }) => error)
    const found: string[][] = values.map(() => [])
    for (const [text, line] of stdout.matchAll(/manifests\.ts\((\d+),.*/g))
      found[Number(line) - 1]?.push(text)
    return found
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('docs/deploy/kubernetes', () => {
  it('is valid, and no more with any of its fields misspelt', async () => {
    // What a manifest is, is not known without these.
    const tried = manifests
      .flatMap((each) => misspellings(each, NAMES_OF_ONES_OWN))
      .filter(({ path }) => !/^(apiVersion|kind)$/.test(path))
    expect(tried.length).toBeGreaterThan(300)
    const found = await judged([...manifests, ...tried.map(({ manifest }) => manifest)])
    expect(found.slice(0, manifests.length).flat()).toEqual([])
    expect(
      tried.filter((_, index) => found[manifests.length + index]?.length === 0).map(({ path }) => path),
    ).toEqual([])
  })

  it('has no value that is none, where the types say no more than text', () => {
    const values: Readonly<Record<string, readonly string[]>> = {
      restartPolicy: ['Never'],
      protocol: ['TCP', 'UDP'],
      policyTypes: ['Ingress', 'Egress'],
      completionMode: ['Indexed'],
      accessModes: ['ReadWriteOnce'],
      medium: ['Memory'],
      operator: ['In'],
      fsGroupChangePolicy: ['OnRootMismatch'],
      topologyKey: ['kubernetes.io/hostname'],
    }
    let seen = 0
    JSON.stringify(manifests, (key, value: unknown) => {
      for (const each of key in values ? [value].flat() : []) {
        expect(values[key], key).toContain(each)
        seen += 1
      }
      return value
    })
    expect(seen).toBeGreaterThan(20)
  })

  it('keeps to the restricted profile, in one namespace, by the image of this version', () => {
    expect(pods.map(roleOf)).toEqual(['fleet', 'agent', 'run', 'results'])
    for (const { kind, metadata } of manifests)
      expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe('authbench')
    for (const pod of pods) {
      expect(pod.spec, roleOf(pod)).toMatchObject({
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      })
      for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod.spec).not.toHaveProperty(name)
    }
    for (const { container } of allContainers) {
      expect(container.image).toBe(`authbench:${authbenchVersion()}`)
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  })

  it('has what it gets for itself, and whole processors where it measures', () => {
    for (const { container } of allContainers)
      expect(container.resources.requests).toEqual(container.resources.limits)
    for (const role of ['agent', 'run']) expect(onlyContainer(role).resources.limits.cpu).toMatch(/^\d+$/)
  })

  it('mounts what there is, and the key of the fleet there alone', () => {
    for (const { pod, container } of allContainers)
      for (const { name } of container.volumeMounts)
        expect(
          pod.spec.volumes.map((volume) => volume.name),
          container.name,
        ).toContain(name)
    const items = [{ key: 'authbench-fleet.json', path: 'authbench-fleet.json' }]
    for (const pod of pods) {
      const secrets = pod.spec.volumes.flatMap((volume) => ('secret' in volume ? [volume.secret] : []))
      if (roleOf(pod) === 'fleet') expect(secrets).toEqual([{ secretName: 'authbench-fleet' }])
      else if (roleOf(pod) !== 'results') expect(secrets).toEqual([{ secretName: 'authbench-fleet', items }])
    }
  })

  it.each([
    ['fleet', /^2 .*JOIN_FILE_UNREADABLE/s],
    ['agent', /^2 .*(JOIN_FILE_UNREADABLE|is no name for an agent)/s],
    ['run', /^2 .*FLEET_ADDRESS_INVALID/s],
  ])('gives %s a command line that the program takes', async (role, expected) => {
    const args = onlyContainer(role).args ?? []
    expect(await saidTo(args.map((word) => word.replace('$(JOB_COMPLETION_INDEX)', '0')))).toMatch(expected)
  })

  it('runs with as many agents as it starts', () => {
    const [agents] = manifests.filter(
      ({ metadata, kind }) => kind === 'Job' && metadata.name === 'authbench-agent',
    )
    const { completions, parallelism } = z
      .looseObject({ completions: z.number(), parallelism: z.number() })
      .parse(agents?.spec)
    expect(parallelism).toBe(completions)
    expect(onlyContainer('run').args).toContain(`--agents=${completions}`)
  })

  it('lets agents alone to the servers, them and the run to the fleet, and nothing else anywhere', () => {
    const peerSchema = z.object({
      podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
    })
    const policySchema = z.looseObject({
      podSelector: z.object({ matchLabels: z.record(z.string(), z.string()).optional() }),
      policyTypes: z.array(z.string()),
      ingress: z
        .array(z.object({ from: z.array(peerSchema), ports: z.array(z.looseObject({ port: z.number() })) }))
        .default([]),
    })
    const policies = manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map((each) => policySchema.parse(each.spec))
    expect(policies.filter(({ podSelector }) => podSelector.matchLabels === undefined)).toEqual([
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [] },
    ])
    const selected = (labels: Readonly<Record<string, string>> | undefined) =>
      pods
        .filter((pod) =>
          Object.entries(labels ?? {}).every(([name, value]) => pod.metadata.labels[name] === value),
        )
        .map(roleOf)
    const ways = policies.flatMap(({ podSelector, ingress }) =>
      ingress.flatMap(({ from, ports }) =>
        from.map((peer) => [
          selected(peer.podSelector?.matchLabels),
          selected(podSelector.matchLabels),
          ports.map(({ port }) => port),
        ]),
      ),
    )
    expect(ways).toEqual([
      [['agent'], ['fleet'], [7000]],
      [['run'], ['fleet'], [7000]],
      [['agent'], ['run'], [1024]],
    ])
    expect(onlyContainer('fleet').ports.map(({ containerPort }) => containerPort)).toEqual([7000])
  })
})
