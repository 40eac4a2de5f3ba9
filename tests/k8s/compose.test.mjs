/*
 * Goal: compose.yaml runs the whole of weft.
 * Method: the file is read as Compose reads it, merges and defaults included, and held against the same facts of the source as the manifests.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { environmentProblems } from './environment-checks.mjs';
import { root } from './render.mjs';
import { services } from './source-facts.mjs';

const { services: containers } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true });
const own = Object.entries(containers).filter(([, { profiles }]) => profiles?.includes('weft'));
const withDefaults = (value) => String(value).replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
const each = (holds) => own.filter(([name, container]) => !holds(container, name)).map(([name]) => name);

describe('compose.yaml', () => {
  it('has every service in the profile weft', () => {
    assert.deepEqual(own.map(([name]) => name).sort(), services);
  });

  it('starts nothing but the engines without the profile', () => {
    assert.deepEqual(
      Object.keys(containers)
        .filter((name) => !services.includes(name))
        .sort(),
      ['nats', 'postgres'],
    );
  });

  it('runs the file of each service', () => {
    assert.deepEqual(
      each(({ command }, name) => command.join() === `${name}.cjs`),
      [],
    );
  });

  it('gives each what it needs, and nothing that it does not know', () => {
    assert.deepEqual(
      own.flatMap(([name, { environment }]) =>
        environmentProblems(asObjects(name, environment)).filter((text) => isAbout(text, name)),
      ),
      [],
    );
  });

  it('says where the others are, by their names in the file', () => {
    assert.deepEqual(
      each(
        ({ environment }) =>
          environment.WEFT_PEERS === '*=dns:///{service}:9000' && environment.WEFT_ADDRESS.endsWith(':9000'),
      ),
      [],
    );
  });

  it('holds each to what it needs', () => {
    const held = ({ user, read_only, cap_drop }) =>
      user === '65532:65532' && read_only === true && cap_drop.join() === 'ALL';
    assert.deepEqual(each(held), []);
  });

  it('opens the doors alone, on 127.0.0.1', () => {
    const ports = own.flatMap(([name, { ports: list = [] }]) =>
      list.map((port) => `${name} ${withDefaults(port)}`),
    );
    assert.deepEqual(ports, ['gateway 127.0.0.1:8080:8080', 'gateway 127.0.0.1:9090:9090']);
  });

  it('lets each drain before it is killed', () => {
    assert.deepEqual(
      each(({ stop_grace_period }) => Number.parseInt(stop_grace_period) > 12),
      [],
    );
  });
});

/** A container as the checks of the manifests take it: secrets as references, what is empty left to them. */
function asObjects(name, environment) {
  const isSecret = (variable) => /SECRET|_KEY$|PASSWORD|_URL$/.test(variable);
  const env = Object.entries(environment).map(([variable, value]) =>
    isSecret(variable)
      ? { name: variable, valueFrom: { secretKeyRef: { name: 'environment', key: variable } } }
      : { name: variable, value: withDefaults(value) },
  );
  const labels = { 'app.kubernetes.io/part-of': 'weft', 'app.kubernetes.io/name': name };
  return [
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name, labels },
      spec: { template: { spec: { containers: [{ env }] } } },
    },
  ];
}

/** Where the others are is another test's; ports have fixed values here. */
function isAbout(text, name) {
  return (
    text.startsWith(`${name}:`) &&
    !text.includes('nothing serves') &&
    !/lacks WEFT_(DRAIN_TIMEOUT_MS|LOG_LEVEL|HTTP_PORT|GRPC_PORT)$/.test(text)
  );
}
